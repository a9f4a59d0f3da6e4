/// What became of a set's records from one snapshot to the next.
public struct SetChange: Equatable, Sendable {
  /// Keys that were not there before.
  public var new = 0
  /// Keys whose bytes differ.
  public var changed = 0
  /// Keys that are not there any more.
  public var gone = 0
  /// Keys whose bytes are the same; they keep their stamp.
  public var unchanged = 0

  /// Records after the change.
  public var total: Int { new + changed + unchanged }
}

/// Compares two snapshots by key, on bytes, and gives what came or changed a new stamp.
enum SnapshotComparison {
  /// Walks both tables once, in the order of their keys.
  ///
  /// - Returns: The stamps of `next`, by place, and the counts.
  static func stamps(of next: RecordTable, after current: SetVersion, now: Stamp) -> ([Stamp], SetChange) {
    let old = current.table
    var stamps: [Stamp] = []
    stamps.reserveCapacity(next.count)
    var change = SetChange()
    var oldPlace = 0
    for place in 0..<next.count {
      while oldPlace < old.count, old.compareKey(oldPlace, with: next, place) < 0 {
        change.gone += 1
        oldPlace += 1
      }
      guard oldPlace < old.count, old.compareKey(oldPlace, with: next, place) == 0 else {
        change.new += 1
        stamps.append(now)
        continue
      }
      if old.isSameRecord(oldPlace, as: next, place) {
        change.unchanged += 1
        stamps.append(current.stamps[oldPlace])
      } else {
        change.changed += 1
        stamps.append(now)
      }
      oldPlace += 1
    }
    change.gone += old.count - oldPlace
    return (stamps, change)
  }
}
