internal import JSONText

/// How a vendor behaves beyond serving its records, as a rules document says it: the file of `serve --rules`, or what
/// is put to `/vendor/rules` while it runs.
///
///     {"auth": {…}, "dialects": {"/v2/cars": {…}}, "limits": {"per_minute": 60}}
///
/// Each member stands by itself; what is not there is as it is without rules. `weir-vendor rules --help` has them all.
struct VendorRules: Sendable {
  /// The members as they were written, by name.
  private(set) var sections: [String: JSONValue] = [:]
  var auth: AuthScheme?
  /// By path; a path's last part may be `{set}`.
  var dialects: [String: RESTDialect] = [:]
  var odata = ODataSettings()
  var limits: LimitSettings?
  /// Whether answers carry an ETag.
  var hasETags = false
  var replay: ReplaySettings?
  /// How much the vendor's clock is ahead, in microseconds; negative: behind. Its `Date`, and the moments that it names
  /// in headers; not the stamps of records.
  var clockSkew: Int64 = 0
  /// In the order in which they are asked.
  var faults: [FaultRule] = []

  /// Sections there are, in the order in which they are shown.
  static let names = ["auth", "dialects", "odata", "limits", "faults", "etag", "replay", "clock_skew"]

  init() {}

  /// - Throws: ``VendorError`` that names the member that is wrong.
  init(_ document: JSONValue) throws(VendorError) {
    var object = try RulesObject(document, at: "")
    for name in Self.names {
      if let value = object.value(name) { sections[name] = value }
    }
    if let value = object.value("auth") { auth = try AuthScheme.read(value, at: "auth") }
    if let given = try object.object("dialects") { dialects = try Self.dialects(given) }
    if let value = object.value("limits") { limits = try LimitSettings.read(value, at: "limits") }
    if let value = object.value("odata") { odata = try ODataSettings.read(value, at: "odata") }
    if let seconds = try object.number("clock_skew", in: -86_400...86_400) { clockSkew = Int64(seconds * 1_000_000) }
    hasETags = try object.bool("etag") ?? false
    if let value = object.value("replay") { replay = try ReplaySettings.read(value, at: "replay") }
    for (index, value) in (try object.elements("faults") ?? []).enumerated() {
      faults.append(try FaultRule.read(value, at: "faults[\(index)]", index: index))
    }
    try object.finish()
  }

  /// These rules with the sections of a document in place of their own; a section that is null goes.
  ///
  /// - Throws: ``VendorError``; nothing has changed then.
  func replacing(_ document: JSONValue) throws(VendorError) -> VendorRules {
    let given = try RulesObject(document, at: "")
    var members: [JSONMember] = []
    for name in Self.names where !given.names.contains(name) {
      if let value = sections[name] { members.append(JSONMember(name: name, value: value)) }
    }
    for name in given.names { members.append(JSONMember(name: name, value: document[name] ?? .null)) }
    return try VendorRules(.object(members))
  }

  /// The document that says this.
  var json: JSONValue {
    .object(Self.names.compactMap { name in sections[name].map { JSONMember(name: name, value: $0) } })
  }

  private static func dialects(_ object: RulesObject) throws(VendorError) -> [String: RESTDialect] {
    var object = object
    var dialects: [String: RESTDialect] = [:]
    for path in object.names {
      guard path.hasPrefix("/"), !path.hasPrefix("/vendor/"), !path.hasSuffix("/") else {
        throw object.problem(path, "is not a path: it begins with \"/\", ends without, and is not under /vendor")
      }
      guard let value = object.value(path) else { continue }
      dialects[path] = try RESTDialect.read(value, at: object.place(path))
    }
    return dialects
  }
}
