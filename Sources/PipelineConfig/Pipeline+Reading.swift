internal import JSONText
public import SystemPackage

extension Pipeline {
  /// Reads a file.
  ///
  /// - Throws: ``ConfigFileError`` when it cannot be read, ``InvalidConfig`` with every problem when it is wrong.
  public init(contentsOf file: FilePath, environment: [String: String]) throws {
    let absolute = try ConfigFile.absolute(file)
    let json = try ConfigFile.read(absolute)
    do {
      try self.init(json: json, directory: absolute.removingLastComponent(), environment: environment)
    } catch {
      throw InvalidConfig(file: file.string, error.problems)
    }
  }

  /// Reads the text of a file that lies, or would lie, in `directory`.
  ///
  /// - Throws: ``InvalidConfig`` with every problem there is.
  public init(json: [UInt8], directory: FilePath, environment: [String: String]) throws(InvalidConfig) {
    let context = ConfigContext(environment: environment)
    let root = ConfigValue(try Self.parse(json), path: .root, context: context)
    guard let object = root.object() else { throw InvalidConfig(context.problems) }
    // For editors. It changes nothing here, but it must be text.
    _ = object["$schema"]?.text()
    spool = SpoolSettings.read(object["spool"], in: directory)
    database = DatabaseSettings.read(object["database"], in: directory)
    self.directory = directory
    maxMemory = object["max_memory"]?.byteCount(in: Self.maxMemoryBounds)
    let overriding = EnvironmentSettings.read(context)
    spool = overriding.applied(to: spool)
    database = overriding.applied(to: database)
    var known = Self.sources(object.required("sources"), in: directory)
    for index in known.indices { known[index].source = known[index].source.map(overriding.applied(to:)) }
    sources = known.compactMap(\.source)
    feeds = Self.feeds(object.required("feeds"), sources: known, context: context)
    feeds = feeds.map(overriding.applied(to:))
    acceptance = AcceptanceTargets.read(object["acceptance"])
    alerts = AlertSettings.read(object["alerts"])
    webhooks = Webhook.readAll(object["webhooks"])
    service = ServiceSettings.read(object["service"], in: directory)
    schedule = ScheduleSettings.read(object["schedule"], context: context)
    object.reportUnknown()
    guard context.problems.isEmpty else { throw InvalidConfig(context.problems) }
  }

  /// Less than the first is a slip: the four programs of a feed hold more from their beginning.
  public static let maxMemoryBounds = (64 << 20)...(1 << 50)

  /// A number of bytes as `pipeline.json` writes it; nil when the text is none, or out of the bounds of `max_memory`.
  public static func maxMemory(_ text: String) -> Int? {
    Quantity.byteCount(text).flatMap { maxMemoryBounds.contains($0) ? $0 : nil }
  }

  private static func sources(_ value: ConfigValue?, in directory: FilePath) -> [NamedSource] {
    guard let value, let entries = value.object()?.entries else { return [] }
    if entries.isEmpty { value.problem("names no source") }
    return entries.map { NamedSource(name: $0.name, source: Source.read($0.name, $0.value, in: directory)) }
  }

  private static func feeds(_ value: ConfigValue?, sources: [NamedSource], context: ConfigContext) -> [Feed] {
    guard let value, let entries = value.object()?.entries else { return [] }
    if entries.isEmpty { value.problem("names no feed") }
    var drafts = entries.compactMap { FeedDraft.read($0.name, $0.value, sources: sources) }
    ParentLinks.join(&drafts, named: entries.map(\.name))
    SharedTables.check(drafts)
    for draft in drafts { RowTracking.check(draft) }
    return drafts.map(\.feed)
  }

  private static func parse(_ json: [UInt8]) throws(InvalidConfig) -> JSONValue {
    do throws(JSONError) {
      return try JSONValue(parsing: json)
    } catch {
      throw InvalidConfig([ConfigProblem("", "is not JSON: \(error.message)\(place(of: error, in: json))")])
    }
  }

  /// ` (line 3, column 7)`, both from 1, where the parser knows it.
  private static func place(of error: JSONError, in json: [UInt8]) -> String {
    guard let offset = error.offset else { return "" }
    let before = json.prefix(offset)
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    return " (line \(line), column \(before.count - lineStart + 1))"
  }
}

/// A source as the file names it; without a value it was wrong, which has been said: a feed that names it has no
/// problem of its own.
struct NamedSource {
  var name: String
  var source: Source?
}
