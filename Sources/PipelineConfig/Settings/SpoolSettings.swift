internal import JSONText
public import SystemPackage

/// Where the spool is, and how large its segments become.
public struct SpoolSettings: Equatable, Sendable {
  public var path: FilePath
  public var segment = SegmentLimits()
  /// LZ4's level: 1 is fast, 12 small, below 0 faster still.
  ///
  /// By default LZ4 looks for matches at every second place. Measured on car records of 1 KB, the least of seven runs in turn: a
  /// segment is written in 6 % less time than at level 1, and is 3 % larger; -3 saves 2 % more for 5 % more bytes.
  public var compressionLevel = -1
  /// Bytes of all files of the spool from which on fetch waits.
  public var maxBytes = 20 << 30
  /// Free bytes of the file system below which fetch waits: the room in which hash and stage finish what is there.
  public var minFree = 1 << 30
  /// Segments of a feed that are ready, in all queues together, from which on fetch waits.
  public var maxReady = 20_000
  /// How long fetch waits for room while nothing becomes better; then it ends, and goes on another time.
  public var roomWait = Duration.seconds(600)
  /// Workers that a segment may kill before it is held.
  public var attempts = 3
  /// Takes a spool on a network file system, which is refused otherwise: one machine alone may use it.
  public var allowsNetwork = false
  /// What is kept of segments that were worked off.
  public var keep = RetentionSettings()
}

/// How long, and how much, each queue keeps of what was worked off.
public struct RetentionSettings: Equatable, Sendable {
  /// As the vendor sent it: everything after it can be made again from it.
  public var fetched = Retention(time: .seconds(7 * 86_400))
  public var hashed = Retention(time: .seconds(86_400))
  public var staged = Retention(time: .seconds(86_400))

  public init() {}
}

/// How long, and how much, a queue keeps of what was worked off.
public struct Retention: Equatable, Sendable {
  public var time: Duration
  /// Nil keeps all that is not older than `time`.
  public var bytes: Int?

  public init(time: Duration, bytes: Int? = nil) {
    self.time = time
    self.bytes = bytes
  }
}

/// When a segment is closed: at whichever comes first.
public struct SegmentLimits: Equatable, Sendable {
  public var records = 20_000
  public var bytes = 16 << 20
  /// So that a slow vendor's records are merged while it goes on.
  public var time = Duration.seconds(5)
}

extension SpoolSettings {
  static let compressionLevels = -10...12
  /// A few segments, to more than any disk of today.
  static let maxBytesBounds = (1 << 20)...(1 << 50)
  static let minFreeBounds = 0...(1 << 50)
  /// Up to where listing a queue is quick.
  static let maxReadyBounds = 1...1_000_000
  /// Not at all, to over a weekend.
  static let roomWaitBounds = Duration.zero ... .seconds(7 * 86_400)
  static let attemptsBounds = 1...1000

  static func read(_ value: ConfigValue?, in directory: FilePath) -> SpoolSettings {
    var settings = SpoolSettings(path: directory.appending("spool"))
    guard let object = value?.object() else { return settings }
    if let path = object["path"]?.path(in: directory) { settings.path = path }
    if let level = object["compression_level"]?.integer(in: compressionLevels, "as LZ4's level") {
      settings.compressionLevel = level
    }
    if let segment = object["segment"]?.object() { settings.segment = SegmentLimits.read(segment) }
    if let bytes = object["max_bytes"]?.byteCount(in: maxBytesBounds) { settings.maxBytes = bytes }
    if let bytes = object["min_free"]?.byteCount(in: minFreeBounds) { settings.minFree = bytes }
    if let count = object["max_ready"]?.integer(in: maxReadyBounds, "segments") { settings.maxReady = count }
    if let time = object["room_wait"]?.duration(in: roomWaitBounds) { settings.roomWait = time }
    if let count = object["attempts"]?.integer(in: attemptsBounds, "attempts") { settings.attempts = count }
    if let allows = object["allow_network"]?.boolean() { settings.allowsNetwork = allows }
    if let keep = object["keep"]?.object() { settings.keep = RetentionSettings.read(keep) }
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

extension RetentionSettings {
  fileprivate static func read(_ object: ConfigObject) -> RetentionSettings {
    var settings = RetentionSettings()
    if let value = object["fetched"] { settings.fetched.read(value) }
    if let value = object["hashed"] { settings.hashed.read(value) }
    if let value = object["staged"] { settings.staged.read(value) }
    object.reportUnknown()
    return settings
  }
}

extension Retention {
  static let timeBounds = Duration.zero ... .seconds(3660 * 86_400)
  static let bytesBounds = 0...(1 << 50)

  /// `"7d"`, or an object with `time` and `bytes`.
  fileprivate mutating func read(_ value: ConfigValue) {
    if case .string(_) = value.json {
      if let given = value.duration(in: Self.timeBounds) { time = given }
      return
    }
    guard let object = value.object() else { return }
    if let given = object["time"]?.duration(in: Self.timeBounds) { time = given }
    if let given = object["bytes"]?.byteCount(in: Self.bytesBounds) { bytes = given }
    object.reportUnknown()
  }
}

extension Retention {
  /// A length of time as `pipeline.json` writes it, `"7d"`; nil when the text is none.
  public static func time(_ text: String) -> Retention? {
    Quantity.duration(text).flatMap { timeBounds.contains($0) ? Retention(time: $0) : nil }
  }
}
