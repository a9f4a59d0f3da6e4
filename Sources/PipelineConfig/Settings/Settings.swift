public import SystemPackage
public import Telemetry

/// The database, and where in it the tables are.
public struct DatabaseSettings: Sendable {
  /// A libpq connection string or URL; nil for the private server in ``embedded``.
  public var url: Secret?
  /// Data folder of the private server.
  public var embedded: FilePath
  public var schema = "public"
  /// Folder of the numbered migrations.
  public var migrations: FilePath
  /// How long merge tries again when the database goes away, or a statement meets a trouble that passes by itself.
  public var retryWithin = Duration.seconds(60)
  /// For one statement of a merge, at the server.
  public var statementTimeout = Duration.seconds(600)
  /// For the server to take a piece of what is copied into it.
  public var copyTimeout = Duration.seconds(60)
  /// Segments that merge works on at the same time, each on a connection of its own: while the server is busy with some, others
  /// are read and sent.
  public var parallelBatches = 6
  public var keep = HistorySettings()

  /// The server has to have that many connections to spare.
  public static let parallelBatchesBounds = 1...32
  /// Not at all, to over a night.
  static let retryWithinBounds = Duration.zero ... .seconds(86_400)
  static let timeoutBounds = Duration.seconds(1) ... .seconds(86_400)
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
    if let time = object["retry_within"]?.duration(in: retryWithinBounds) { settings.retryWithin = time }
    if let time = object["statement_timeout"]?.duration(in: timeoutBounds) { settings.statementTimeout = time }
    if let time = object["copy_timeout"]?.duration(in: timeoutBounds) { settings.copyTimeout = time }
    if let count = object["parallel_batches"]?.integer(in: parallelBatchesBounds, "batches at once") {
      settings.parallelBatches = count
    }
    settings.keep = HistorySettings.read(object["keep"])
    object.reportUnknown()
    return settings
  }
}

extension ConfigValue {
  /// A path of the file system; a relative one begins at the folder of the configuration file.
  func path(in directory: FilePath) -> FilePath? {
    guard let text = nonEmptyText() else { return nil }
    if text.value.utf8.contains(0) {
      problem("holds a NUL character, which no path can")
      return nil
    }
    return directory.pushing(FilePath(text.value)).lexicallyNormalized()
  }
}
