public import SystemPackage

/// How `weir serve` is reached, and by whom.
public struct ServiceSettings: Equatable, Sendable {
  /// What someone without a token may do.
  public enum Anonymous: String, CaseIterable, Sendable {
    /// Look, but change nothing: the choice on loopback.
    case read
    /// Nothing but ask whether the service lives.
    case none
  }

  /// The name under which this pipeline is served; several pipelines in one service have several names.
  public var name = "default"
  /// Address to listen on. Loopback unless somebody wants otherwise, which then takes a token.
  public var host = "127.0.0.1"
  /// 0 takes a free one.
  public var port = 8787
  /// A socket in the file system beside it, for its owner alone; nil for none.
  public var socket: FilePath?
  /// Further names under which clients may call the service: that of a proxy, of the machine.
  public var hosts: [String] = []
  /// Nil: read on loopback, unless the service has further names or serves others whose tokens keep them apart; none
  /// elsewhere, nor for requests that a proxy has passed on.
  public var anonymous: Anonymous?
  public var tokens: [ServiceToken] = []
  /// Requests a second that one client may make for long, and at once.
  public var requestsPerSecond = 50
  public var burst = 100
  /// Runs under way at the same time, of all pipelines together.
  public var runsAtOnce = 2
  /// Bytes that the programs of all runs under way together are to hold at most: each run has an equal share. Nil for what
  /// each pipeline says.
  public var maxMemory: Int?

  public init() {}

  /// Something is said of how the whole service is reached, and not of this pipeline alone.
  public var saysHowServed: Bool {
    var plain = ServiceSettings()
    (plain.name, plain.anonymous, plain.tokens) = (name, anonymous, tokens)
    return self != plain
  }
}

/// What the bearer of a token may do. Each role may what those before it may.
public enum ServiceRole: String, CaseIterable, Comparable, Sendable {
  /// Look.
  case read
  /// Start, stop and cancel runs.
  case operate
  /// Change settings, and see who did what.
  case admin

  public static func < (left: Self, right: Self) -> Bool {
    (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
  }
}

/// A bearer token as the service knows it: by its digest.
public struct ServiceToken: Equatable, Sendable {
  /// Whose it is; what the audit log says.
  public var name: String
  public var role: ServiceRole
  /// SHA-256 of the token's text, in 64 lowercase hexadecimal digits.
  public var sha256: String

  public init(name: String, role: ServiceRole, sha256: String) {
    (self.name, self.role, self.sha256) = (name, role, sha256)
  }
}

extension ServiceSettings {
  /// What a service may be asked a second: from once, to more than two cores answer.
  static let requestsBounds = 1...100_000
  static let burstBounds = 1...100_000
  static let runsBounds = 1...64
  /// Tokens are looked at one by one.
  static let tokensMax = 100
  /// sun_path holds 108 bytes and ends in a NUL. Source: unix(7).
  static let socketBytesMax = 107

  static func read(_ value: ConfigValue?, in directory: FilePath) -> ServiceSettings {
    var settings = ServiceSettings()
    guard let object = value?.object() else { return settings }
    if let value = object["name"], let name = value.nonEmptyText() {
      PlainName.check(name.value, value, of: "pipeline")
      settings.name = name.value
    }
    if let host = object["host"]?.nonEmptyText() { settings.host = host.value }
    if let port = object["port"]?.integer(in: 0...65_535, "as a port") { settings.port = port }
    if let value = object["socket"], let path = value.path(in: directory) {
      if path.string.utf8.count > socketBytesMax {
        value.problem("is \(path.string.utf8.count) bytes long with its folder; a socket's path has 107 at most")
      }
      settings.socket = path
    }
    if let value = object["hosts"], let hosts = value.distinctTexts() {
      settings.hosts = hosts.map { $0.value.lowercased() }
      for host in settings.hosts where host.contains("/") || (host.contains(":") && !host.hasPrefix("[")) {
        value.problem("holds more than a name; write names without scheme and port, an IPv6 address in brackets")
      }
    }
    settings.anonymous = object["anonymous"]?.choice(of: Anonymous.self)
    if let value = object["tokens"] { settings.tokens = ServiceToken.read(value) }
    if let count = object["requests_per_second"]?.integer(in: requestsBounds, "requests a second") {
      settings.requestsPerSecond = count
    }
    if let count = object["burst"]?.integer(in: burstBounds, "requests") { settings.burst = count }
    if let count = object["runs_at_once"]?.integer(in: runsBounds, "runs") { settings.runsAtOnce = count }
    settings.maxMemory = object["max_memory"]?.byteCount(in: Pipeline.maxMemoryBounds)
    object.reportUnknown()
    return settings
  }
}

extension ServiceToken {
  fileprivate static func read(_ value: ConfigValue) -> [ServiceToken] {
    guard let elements = value.array() else { return [] }
    if elements.count > ServiceSettings.tokensMax { value.problem("has more than \(ServiceSettings.tokensMax) tokens") }
    var tokens: [ServiceToken] = []
    for element in elements {
      guard let object = element.object() else { continue }
      let name = object.required("name").flatMap { value in
        value.nonEmptyText().map { text in
          PlainName.check(text.value, value, of: "token")
          return text.value
        }
      }
      let role = object.required("role")?.choice(of: ServiceRole.self)
      let digest = object.required("sha256").flatMap(digest)
      object.reportUnknown()
      guard let name, let role, let digest else { continue }
      if tokens.contains(where: { $0.name == name }) {
        element.problem("a token of the name \"\(name)\" is there already")
      }
      tokens.append(ServiceToken(name: name, role: role, sha256: digest))
    }
    return tokens
  }

  private static func digest(_ value: ConfigValue) -> String? {
    guard let text = value.nonEmptyText() else { return nil }
    let digits = text.value.lowercased()
    if digits.utf8.count == 64, digits.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) }) { return digits }
    // Not quoted: it may be the token itself.
    value.problem("is not a SHA-256 in 64 hexadecimal digits; weir token new prints one")
    return nil
  }
}
