extension Source {
  /// How much the vendor may be asked at once and in a time. Every program that uses the same spool counts together.
  public struct Limits: Equatable, Sendable {
    /// Requests under way at once, at most; fewer while the vendor struggles.
    public var concurrency = 4
    /// Requests a second; nil for as many as come.
    public var perSecond: Double?
    /// Requests that may go out at once when none did before.
    public var burst = 1
    public var perMinute: Int?
    public var perHour: Int?
    public var perDay: Int?
    /// Bytes of answers in an hour: after decompression, and as they came where they did not come whole.
    public var bytesPerHour: Int?

    public init() {}
  }
}

extension Source.Limits {
  /// Most requests of a window: each is remembered for as long as its window lasts.
  static let windowCountMax = 1_000_000
  static let concurrencyBounds = 1...64
  static let perSecondBounds = 0.01...10_000

  static func read(_ value: ConfigValue) -> Self {
    var limits = Self()
    guard let object = value.object() else { return limits }
    if let given = object["concurrency"]?.integer(in: concurrencyBounds, "requests at once") {
      limits.concurrency = given
    }
    limits.perSecond = object["per_second"]?.number(in: perSecondBounds, "requests a second")
    if let given = object["burst"]?.integer(in: 1...10_000, "requests") { limits.burst = given }
    limits.perMinute = object["per_minute"]?.integer(in: 1...windowCountMax, "requests a minute")
    limits.perHour = object["per_hour"]?.integer(in: 1...windowCountMax, "requests an hour")
    limits.perDay = object["per_day"]?.integer(in: 1...windowCountMax, "requests a day")
    limits.bytesPerHour = object["bytes_per_hour"]?.byteCount(in: (1 << 20)...(1 << 50))
    object.reportUnknown()
    return limits
  }
}
