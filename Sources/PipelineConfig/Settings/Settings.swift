public import SystemPackage
public import Telemetry

/// Where the spool is, and how large its segments become.
public struct SpoolSettings: Equatable, Sendable {
  public var path: FilePath
  public var segment = SegmentLimits()
  /// LZ4's level: 1 is fast, 12 small, below 0 faster still.
  public var compressionLevel = 1
}

/// When a segment is closed: at whichever comes first.
public struct SegmentLimits: Equatable, Sendable {
  public var records = 20_000
  public var bytes = 16 << 20
  /// So that a slow vendor's records are merged while it goes on.
  public var time = Duration.seconds(5)
}

/// The database, and where in it the tables are.
public struct DatabaseSettings: Sendable {
  /// A libpq connection string or URL; nil for the private server in ``embedded``.
  public var url: Secret?
  /// Data folder of the private server.
  public var embedded: FilePath
  public var schema = "public"
  /// Folder of the numbered migrations.
  public var migrations: FilePath
}

extension SpoolSettings {
  static func read(_ value: ConfigValue?, in directory: FilePath) -> SpoolSettings {
    var settings = SpoolSettings(path: directory.appending("spool"))
    guard let object = value?.object() else { return settings }
    if let path = object["path"]?.nonEmptyText() { settings.path = directory.pushing(FilePath(path.value)) }
    if let level = object["compression_level"]?.integer(in: -10...12, "as LZ4's level") { settings.compressionLevel = level }
    if let segment = object["segment"]?.object() {
      if let given = segment["records"]?.integer(in: 1...1_000_000, "records") { settings.segment.records = given }
      if let given = segment["bytes"]?.byteCount(in: (64 << 10)...(1 << 30)) { settings.segment.bytes = given }
      if let given = segment["time"]?.duration(in: .milliseconds(100) ... .seconds(3600)) { settings.segment.time = given }
      segment.reportUnknown()
    }
    object.reportUnknown()
    return settings
  }
}

extension DatabaseSettings {
  static func read(_ value: ConfigValue?, in directory: FilePath) -> DatabaseSettings {
    var settings = DatabaseSettings(
      url: nil, embedded: directory.appending(".weir").appending("pg"), migrations: directory.appending("sql")
    )
    guard let object = value?.object() else { return settings }
    settings.url = object["url"]?.nonEmptyText().map { Secret($0.value) }
    if let schema = object["schema"], let text = schema.nonEmptyText(), Identifier.check(text.value, schema, of: "schema") {
      settings.schema = text.value
    }
    if let path = object["migrations"]?.nonEmptyText() { settings.migrations = directory.pushing(FilePath(path.value)) }
    object.reportUnknown()
    return settings
  }
}
