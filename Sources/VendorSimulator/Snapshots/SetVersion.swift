/// One set as it is between two advances: its records, their stamps, and the order by stamp. Never changes.
final class SetVersion: Sendable {
  let set: SetDescription
  let table: RecordTable
  /// The stamp of each record, by place.
  let stamps: [Stamp]
  /// Places ordered by (stamp, key): the walk that every feed takes, prepared once.
  let byStamp: [UInt32]
  /// The texts of ``stamps``, one after another, ready to be copied into pages.
  let stampTexts: [UInt8]
  /// Counts the versions of this set; a page's link remembers it.
  let generation: Int
  /// `,"ModificationTimestamp":"`, what goes between a record's last member and its stamp.
  let stampMember: [UInt8]

  init(set: SetDescription, table: RecordTable, stamps: [Stamp], generation: Int) {
    self.set = set
    self.table = table
    self.stamps = stamps
    self.generation = generation
    byStamp = (0..<UInt32(table.count)).sorted { (stamps[Int($0)], $0) < (stamps[Int($1)], $1) }
    stampTexts = stamps.flatMap(\.text)
    stampMember = Array(",\"\(set.stamp)\":\"".utf8)
  }

  /// How many records of ``byStamp`` have a stamp that is not after `instant`, or with `inclusive`, is before it.
  func countByStamp(upTo instant: Instant, inclusive: Bool) -> Int {
    byStamp.partitioningIndex { place in
      let stamp = stamps[Int(place)].instant
      return inclusive ? stamp >= instant : stamp > instant
    }
  }
}

extension RandomAccessCollection {
  /// The first position whose element is in the second half, of a collection that `isSecond` divides in two.
  func partitioningIndex(where isSecond: (Element) -> Bool) -> Index {
    var (low, length) = (startIndex, count)
    while length > 0 {
      let middle = index(low, offsetBy: length / 2)
      if isSecond(self[middle]) {
        length /= 2
      } else {
        low = index(after: middle)
        length -= length / 2 + 1
      }
    }
    return low
  }
}
