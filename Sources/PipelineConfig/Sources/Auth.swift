public import Telemetry

extension Source {
  /// How a request proves who sends it.
  public enum Auth: Sendable {
    case none
    /// `Authorization: Bearer …`
    case bearer(Secret)
    /// A header of the vendor's own.
    case header(name: String, value: Secret)
    /// A query parameter. It goes with every request, and is hidden in everything that is said of one.
    case query(name: String, value: Secret)
    /// `Authorization: Basic …` (RFC 7617)
    case basic(user: String, password: Secret)
    case oauth2(OAuth2)
  }

  /// Client credentials (RFC 6749 §4.4): the token is asked for, and again before it expires.
  public struct OAuth2: Sendable {
    public var tokenURL: String
    public var clientID: String
    public var clientSecret: Secret
    public var scope: String?
  }
}

extension Source.Auth {
  private static let kinds = ["bearer", "api_key", "basic", "oauth2"]

  /// Exactly one of the kinds.
  static func read(_ value: ConfigValue) -> Self? {
    guard let object = value.object() else { return nil }
    let given = kinds.filter { object[$0] != nil }
    let auth: Self?
    switch given.first {
    case "bearer": auth = object["bearer"]?.headerText().map { .bearer(Secret($0)) }
    case "api_key": auth = object["api_key"].flatMap { apiKey($0) }
    case "basic": auth = object["basic"].flatMap { basic($0) }
    case "oauth2": auth = object["oauth2"].flatMap { Source.OAuth2.read($0) }.map { .oauth2($0) }
    default:
      auth = nil
      value.problem("gives none of: \(kinds.joined(separator: ", "))")
    }
    for kind in given.dropFirst() { object[kind]?.problem("stands beside \"\(given[0])\"; a source signs in one way") }
    object.reportUnknown()
    return auth
  }

  private static func apiKey(_ value: ConfigValue) -> Self? {
    guard let object = value.object() else { return nil }
    let header = object["header"]
    let query = object["query"]
    let name = header.flatMap { $0.headerName() } ?? query.flatMap { $0.nonEmptyText()?.value }
    let secret = object.required("value")?.headerText().map { Secret($0) }
    object.reportUnknown()
    if (header == nil) == (query == nil) { value.problem("wants either \"header\" or \"query\", the place of the key") }
    guard let name, let secret else { return nil }
    return header == nil ? .query(name: name, value: secret) : .header(name: name, value: secret)
  }

  private static func basic(_ value: ConfigValue) -> Self? {
    guard let object = value.object() else { return nil }
    let user = object.required("user")?.nonEmptyText()?.value
    let password = object.required("password")?.nonEmptyText()?.value
    object.reportUnknown()
    if user?.contains(":") == true { object["user"]?.problem("holds a colon, which ends a user's name (RFC 7617)") }
    guard let user, let password else { return nil }
    return .basic(user: user, password: Secret(password))
  }
}

extension Source.OAuth2 {
  fileprivate static func read(_ value: ConfigValue) -> Self? {
    guard let object = value.object() else { return nil }
    let url = object.required("token_url")?.baseURL()
    let id = object.required("client_id")?.nonEmptyText()?.value
    let secret = object.required("client_secret")?.nonEmptyText()?.value
    let scope = object["scope"]?.nonEmptyText()?.value
    object.reportUnknown()
    guard let url, let id, let secret else { return nil }
    return Self(tokenURL: url, clientID: id, clientSecret: Secret(secret), scope: scope)
  }
}

extension ConfigValue {
  /// A token as a header can carry it. No message shows it, wherever it came from.
  fileprivate func headerText() -> String? {
    guard let text = nonEmptyText() else { return nil }
    if text.value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) { return text.value }
    problem("holds a character that a header cannot carry, such as a space or a newline")
    return nil
  }
}
