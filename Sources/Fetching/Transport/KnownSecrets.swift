internal import PipelineConfig
internal import Telemetry

/// The texts that a vendor was sent and that must not come back out in a message.
struct KnownSecrets: Sendable {
  private let texts: [String]

  /// Shorter values of a query are words such as `true`, not keys; hiding them would blot out every message.
  private static let queryValueCountMin = 8

  /// The source's credential, and the feed's fixed parameters: any of them may be an API key.
  init(of feed: Feed) {
    var texts: [String] = []
    if case .bearer(let token) = feed.source.auth { texts.append(token.reveal) }
    texts += feed.query.map(\.value).filter { $0.utf8.count >= Self.queryValueCountMin }
    texts += texts.map { PercentEncoding.component($0) }
    // The longest first: one secret may begin another.
    self.texts = Set(texts).filter { !$0.isEmpty }.sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
  }

  func hidden(in text: String) -> String {
    texts.reduce(text) { text, secret in text.replacing(secret, with: "***") }
  }

  /// The beginning of a long text: about as many bytes as wanted, no secret in them, nor the first half of one that
  /// goes on behind them.
  func hidden(inBeginningOf body: some Collection<UInt8>, countMax: Int) -> String {
    let longest = texts.first?.utf8.count ?? 0
    let beginning = body.prefix(countMax + longest)
    let text = hidden(in: String(decoding: beginning, as: UTF8.self))
    guard beginning.count < body.count else { return text }
    // A character cut in two reads as U+FFFD, which may be two bytes longer than what is left of it.
    return String(decoding: text.utf8.dropLast(longest + 2), as: UTF8.self)
  }
}
