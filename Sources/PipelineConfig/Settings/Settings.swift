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
  static let compressionLevels = -10...12

  static func read(_ value: ConfigValue?, in directory: FilePath) -> SpoolSettings {
    var settings = SpoolSettings(path: directory.appending("spool"))
    guard let object = value?.object() else { return settings }
    if let path = object["path"]?.path(in: directory) { settings.path = path }
    if let level = object["compression_level"]?.integer(in: compressionLevels, "as LZ4's level") {
      settings.compressionLevel = level
    }
    if let segment = object["segment"]?.object() { settings.segment = SegmentLimits.read(segment) }
    object.reportUnknown()
    return settings
  }
}

extension SegmentLimits {
  static let recordsBounds = 1...1_000_000
  /// A segment is the unit of one merge transaction: the upper bound is what one should carry at most.
  static let bytesBounds = (64 << 10)...(1 << 30)
  static let timeBounds = Duration.milliseconds(100) ... .seconds(3600)

  fileprivate static func read(_ object: ConfigObject) -> SegmentLimits {
    var limits = SegmentLimits()
    if let given = object["records"]?.integer(in: recordsBounds, "records") { limits.records = given }
    if let given = object["bytes"]?.byteCount(in: bytesBounds) { limits.bytes = given }
    if let given = object["time"]?.duration(in: timeBounds) { limits.time = given }
    object.reportUnknown()
    return limits
  }
}

extension DatabaseSettings {
  /// An empty `url` means the private server too, so that `"${DATABASE_URL:-}"` lets the environment choose.
  static func read(_ value: ConfigValue?, in directory: FilePath) -> DatabaseSettings {
    var settings = DatabaseSettings(
      url: nil,
      embedded: directory.appending(".weir").appending("pg"),
      migrations: directory.appending("sql")
    )
    guard let object = value?.object() else { return settings }
    if let url = object["url"]?.text(), !url.value.isEmpty { settings.url = Secret(url.value) }
    if let path = object["embedded"]?.path(in: directory) { settings.embedded = path }
    if let schema = object["schema"]?.identifier(of: "schema") { settings.schema = schema.value }
    if let path = object["migrations"]?.path(in: directory) { settings.migrations = path }
    object.reportUnknown()
    return settings
  }
}

extension ConfigValue {
  /// A path of the file system; a relative one begins at the folder of the configuration file.
  fileprivate func path(in directory: FilePath) -> FilePath? {
    guard let text = nonEmptyText() else { return nil }
    if text.value.utf8.contains(0) {
      problem("holds a NUL character, which no path can")
      return nil
    }
    return directory.pushing(FilePath(text.value)).lexicallyNormalized()
  }
}
