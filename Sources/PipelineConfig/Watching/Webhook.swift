internal import JSONText
public import Telemetry

/// Somebody who is told over HTTP how runs end: one of `webhooks` in the file.
public struct Webhook: Sendable {
  /// What a receiver may be told of.
  public enum Event: String, CaseIterable, Sendable {
    /// A run ended well.
    case success
    /// A run failed, or missed its acceptance targets.
    case failure
    /// A run that was due did not begin, or not end, in its time.
    case overdue
    /// The first run that ended well after a failure, or after one that was overdue.
    case recovery
    /// A run was slower, larger or more faulty than those before it.
    case alert
  }

  public var name: String
  /// May hold a secret of the receiver's, so it is one.
  public var url: Secret
  /// The key of the signature.
  public var secret: Secret
  /// In the order of the cases.
  public var events = Event.allCases
  /// Time for one delivery, answer included.
  public var timeout = Duration.seconds(10)
  /// How long a delivery is tried again before it is given up.
  public var retryFor = Duration.seconds(86_400)

  /// Receivers that one pipeline may have.
  static let countMax = 20
  /// A key shorter than this can be guessed.
  static let secretLeast = 16
}

extension Webhook {
  static func readAll(_ value: ConfigValue?) -> [Webhook] {
    guard let value, let entries = value.object()?.entries else { return [] }
    if entries.count > countMax { value.problem("\(entries.count) is outside 0...\(countMax) receivers") }
    return entries.compactMap { read($0.name, $0.value) }
  }

  private static func read(_ name: String, _ value: ConfigValue) -> Webhook? {
    PlainName.check(name, value, of: "webhook")
    guard let object = value.object() else { return nil }
    let url = object.required("url")?.webhookURL()
    let secret = object.required("secret")?.webhookSecret()
    let events = object["events"].map { $0.events() }
    let timeout = object["timeout"]?.duration(in: .seconds(1) ... .seconds(60))
    let retryFor = object["retry_for"]?.duration(in: .zero ... .seconds(7 * 86_400))
    object.reportUnknown()
    guard let url, let secret else { return nil }
    var hook = Webhook(name: name, url: Secret(url), secret: Secret(secret))
    if let events { hook.events = events }
    if let timeout { hook.timeout = timeout }
    if let retryFor { hook.retryFor = retryFor }
    return hook
  }
}

extension ConfigValue {
  /// An address with a path and, unlike a source's, a query: receivers put their keys there.
  fileprivate func webhookURL() -> String? {
    guard let text = nonEmptyText() else { return nil }
    let url = text.value
    let rest = ["https://", "http://"].lazy.compactMap {
      url.lowercased().hasPrefix($0) ? url.dropFirst($0.count) : nil
    }
    guard let host = rest.first?.prefix(while: { $0 != "/" && $0 != "?" }), !host.isEmpty, !host.contains("@"),
      url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !url.contains("#")
    else {
      problem("is no address such as \"https://hooks.example/weir\"")
      return nil
    }
    return url
  }

  fileprivate func webhookSecret() -> String? {
    guard let text = nonEmptyText() else { return nil }
    if text.value.utf8.count >= Webhook.secretLeast { return text.value }
    problem("is shorter than \(Webhook.secretLeast) bytes; a key as of `openssl rand -hex 32` cannot be guessed")
    return nil
  }

  fileprivate func events() -> [Webhook.Event] {
    guard let elements = array() else { return [] }
    if elements.isEmpty { problem("names no event") }
    let chosen = elements.compactMap { $0.choice(of: Webhook.Event.self) }
    return Webhook.Event.allCases.filter(chosen.contains)
  }
}
