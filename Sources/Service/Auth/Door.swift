internal import Crypto
internal import FoundationEssentials
internal import HTTPTypes
internal import PipelineConfig
internal import Synchronization

/// Decides who a request is from, and whether it may come in at all.
final class Door: Sendable {
  private struct Entry {
    var digest: [UInt8]
    var client: Client
  }

  private let entries: [Entry]
  /// Who may look at a pipeline without a token.
  enum Anonymous: Sendable {
    /// Whoever reaches the service.
    case everyone
    /// Whoever reaches it from this machine itself, and not through a proxy on it.
    case machine
  }

  private let anonymous: [String: Anonymous]
  private let names: Set<String>
  private let failures: RateLimiter

  /// - Parameters:
  ///   - pipelines: Each with its tokens, which are for it alone.
  ///   - localKey: The key that programs of the same user find in the spool.
  ///   - anonymous: The pipelines that may be looked at without any token, each with by whom.
  ///   - hosts: Names and addresses by which the service may be called, beside those of loopback.
  ///   - failures: How often one address may show a token that is not known.
  init(
    pipelines: [ServiceSettings],
    localKey: String,
    anonymous: [String: Anonymous],
    hosts: [String],
    failures: RateLimiter = RateLimiter(perSecond: 10.0 / 60, burst: 10)
  ) {
    self.failures = failures
    var entries = [Entry(digest: Self.digest(localKey), client: Client(name: "local", role: .admin, limitKey: "local"))]
    for settings in pipelines {
      for token in settings.tokens {
        let key = "\(settings.name)/\(token.name)"
        let client = Client(name: token.name, role: token.role, tenants: [settings.name], limitKey: key)
        entries.append(Entry(digest: Self.bytes(hex: token.sha256), client: client))
      }
    }
    self.entries = entries
    self.anonymous = anonymous
    names = Set(["localhost", "127.0.0.1", "[::1]"] + hosts.map { $0.lowercased() })
  }

  /// The digest of a token's text.
  static func digest(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Data(token.utf8))) }

  /// - Parameters:
  ///   - authorization: The header of that name.
  ///   - address: Where the request came from.
  ///   - isSocket: It came through the socket in the file system.
  ///   - isPassedOn: It says that a proxy has passed it on.
  /// - Returns: Who asks, and what that is allowed.
  /// - Throws: ``Problem`` 401 for a token that is not known, 429 when there were too many of those.
  func client(
    authorization: String?,
    from address: String,
    isSocket: Bool,
    isPassedOn: Bool = false
  ) throws(Problem) -> Client {
    if isSocket { return Client(name: "socket", role: .admin, limitKey: "socket") }
    guard let authorization else {
      let shown = Set(anonymous.filter { $0.value == .everyone || !isPassedOn }.keys)
      let role: ServiceRole? = shown.isEmpty ? nil : .read
      return Client(name: address, role: role, tenants: shown, limitKey: address, isAnonymous: true)
    }
    let digest = Self.token(in: authorization).map(Self.digest) ?? []
    // Every entry is looked at, and all bytes of each: how long it takes tells nothing.
    var found: Client?
    for entry in entries where Self.isEqual(entry.digest, digest) { found = found ?? entry.client }
    if let found { return found }
    guard failures.allow(address) else {
      var problem = Problem(
        .tooManyRequests,
        "too_many_failures",
        "too many tokens that are not known, from \(address)"
      )
      problem.next = "wait a minute, and see that the token is the right one"
      problem.headers[.retryAfter] = "60"
      throw problem
    }
    throw .unauthorized("the token is not known")
  }

  /// A browser that was led here under a stranger's name, or sent by a stranger's page, is not let in.
  ///
  /// - Throws: ``Problem`` 403.
  func checkNames(authority: String?, origin: String?, isSocket: Bool) throws(Problem) {
    if isSocket { return }
    let host = authority.map(Self.hostName) ?? ""
    guard names.contains(host) else {
      throw Problem(
        .forbidden,
        "host_not_allowed",
        "this service does not answer to the name \(host.prefix(80).debugDescription)",
        next: "add the name to service.hosts in pipeline.json"
      )
    }
    guard let origin else { return }
    guard let authority, ["http://\(authority)", "https://\(authority)"].contains(origin.lowercased()) else {
      throw Problem(
        .forbidden,
        "origin_not_allowed",
        "a page of another origin may not use this service",
        next: "open the service's own pages"
      )
    }
  }

  /// Without the port.
  private static func hostName(_ authority: String) -> String {
    let lower = authority.lowercased()
    if lower.hasPrefix("["), let end = lower.firstIndex(of: "]") { return String(lower[...end]) }
    return String(lower.prefix { $0 != ":" })
  }

  /// `Bearer TOKEN`, or what a browser asks a person for: `Basic` with the token as the password.
  private static func token(in authorization: String) -> String? {
    let parts = authorization.split(separator: " ", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    switch parts[0].lowercased() {
    case "bearer": return String(parts[1])
    case "basic":
      guard let data = Data(base64Encoded: String(parts[1])) else { return nil }
      let pair = String(decoding: data, as: UTF8.self).split(
        separator: ":",
        maxSplits: 1,
        omittingEmptySubsequences: false
      )
      return pair.count == 2 ? String(pair[1]) : nil
    default: return nil
    }
  }

  private static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for index in left.indices { difference |= left[index] ^ right[index] }
    return difference == 0
  }

  private static func bytes(hex: String) -> [UInt8] {
    let digits = hex.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}

extension Problem {
  static func unauthorized(_ message: String) -> Problem {
    var problem = Problem(.unauthorized, "not_authorised", message)
    problem.next = "send Authorization: Bearer TOKEN; weir token new makes one"
    problem.headers[.wwwAuthenticate] = "Bearer realm=\"weir\", Basic realm=\"weir: any name, the token as password\""
    return problem
  }
}
