/// Where stamps come from.
struct StampClock: Sendable {
  /// 2024-01-01T00:00:00Z: the first load is older than any change.
  private static let beginning = Int64(1_704_067_200_000)
  /// Minutes over which the first load is spread: 90 days. Coarse, so that some records share a stamp, as they do in
  /// real feeds.
  private static let spreadMinutes = UInt64(90 * 24 * 60)

  private var latest = Stamp(milliseconds: beginning + Int64(spreadMinutes) * 60_000)

  /// A record's stamp in the first load. Depends on the key alone, so that every start of the simulator gives the same.
  static func initial(key: ArraySlice<UInt8>) -> Stamp {
    let hash = SeededGenerator.hash(key)
    let milliseconds = Int64(hash % spreadMinutes) * 60_000 + Int64(hash >> 32 & 3) * 250
    return Stamp(milliseconds: beginning + milliseconds)
  }

  /// Now, or if the clock has not moved or was set back, a millisecond after the last.
  mutating func next() -> Stamp {
    latest = max(Moment.now().stamp, Stamp(milliseconds: latest.milliseconds + 1))
    return latest
  }
}
