internal import JSONText
internal import Spool

/// The rows of one segment, waiting to be sorted. As large as the segment, which the pipeline bounds.
struct RowSet: ~Copyable {
  /// Where in the bytes a row's parts are; the body begins where the version ends.
  struct Marks {
    var keyEnd: Int
    var versionEnd: Int
  }

  private struct Row {
    var start: Int
    var marks: Marks
    var end: Int

    var key: Range<Int> { start..<marks.keyEnd }
    var version: Range<Int> { marks.keyEnd..<marks.versionEnd }
    var body: Range<Int> { marks.versionEnd..<end }
  }

  private var bytes = OutputBytes(capacity: 1 << 20)
  private var rows: [Row] = []
  private var order: [Place] = []

  /// A row's number, and the bytes by which most rows are told apart: comparing whole keys was a twentieth of stage's time.
  private struct Place {
    /// The first eight bytes behind those that all keys begin with, the first of them the highest; zeros behind a key's end,
    /// which no key holds.
    var prefix: UInt64
    var row: Int
  }

  /// Forgets all rows and keeps the memory for the next segment's, which is as large.
  mutating func removeAll() {
    bytes.removeAll()
    rows.removeAll(keepingCapacity: true)
    order.removeAll(keepingCapacity: true)
  }

  /// Takes a row that `write` puts together: key, version, body. Nothing of it stays when `write` throws.
  mutating func add(_ write: (inout OutputBytes) throws(RowProblem) -> Marks) throws(RowProblem) {
    let start = bytes.count
    do throws(RowProblem) {
      let marks = try write(&bytes)
      rows.append(Row(start: start, marks: marks, end: bytes.count))
    } catch {
      bytes.truncate(to: start)
      throw error
    }
  }

  /// Sorts by the bytes of the key and drops all but the newest of each: by version, and of equal versions the later line.
  ///
  /// - Returns: How many were dropped.
  mutating func sortAndKeepNewest() -> Int {
    let before = rows.count
    var order = self.order
    self.order = []
    order.reserveCapacity(before)
    bytes.withBytes { all in
      let common = commonCount(all)
      for (index, row) in rows.enumerated() {
        order.append(Place(prefix: Self.prefix(of: row.key, in: all, behind: common), row: index))
      }
      // Places break ties, so that the order is the same whatever algorithm the library has.
      order.sort { left, right in
        if left.prefix != right.prefix { return left.prefix < right.prefix }
        let comparison = compare(all, left.row, right.row)
        return comparison == 0 ? left.row < right.row : comparison < 0
      }
      var kept = 0
      for place in order.indices {
        let isLast = place + 1 == before || !hasSameKey(all, order[place], order[place + 1])
        guard isLast else { continue }
        order[kept] = order[place]
        kept += 1
      }
      order.removeLast(before - kept)
    }
    self.order = order
    return before - order.count
  }

  /// Hands on the rows that were kept, in their order.
  func withEachRow(_ body: (Span<UInt8>) throws(SpoolError) -> Void) throws(SpoolError) {
    for place in order {
      try bytes.withBytes { all throws(SpoolError) in try body(all.extracting(rows[place.row].body)) }
    }
  }

  /// How many bytes all keys begin with.
  private func commonCount(_ all: Span<UInt8>) -> Int {
    guard let first = rows.first?.key else { return 0 }
    var count = first.count
    for row in rows {
      count = min(count, row.key.count)
      var offset = 0
      while offset < count, all[row.start + offset] == all[first.lowerBound + offset] { offset += 1 }
      count = offset
    }
    return count
  }

  private static func prefix(of key: Range<Int>, in all: Span<UInt8>, behind common: Int) -> UInt64 {
    var prefix: UInt64 = 0
    for place in (key.lowerBound + common)..<(key.lowerBound + common + 8) {
      prefix = prefix << 8 | (place < key.upperBound ? UInt64(all[place]) : 0)
    }
    return prefix
  }

  private func hasSameKey(_ all: Span<UInt8>, _ left: Place, _ right: Place) -> Bool {
    left.prefix == right.prefix && Self.compare(all, rows[left.row].key, rows[right.row].key) == 0
  }

  /// By key, then by version.
  private func compare(_ all: Span<UInt8>, _ left: Int, _ right: Int) -> Int {
    let order = Self.compare(all, rows[left].key, rows[right].key)
    return order == 0 ? Self.compare(all, rows[left].version, rows[right].version) : order
  }

  private static func compare(_ bytes: Span<UInt8>, _ left: Range<Int>, _ right: Range<Int>) -> Int {
    for offset in 0..<min(left.count, right.count) {
      let difference = Int(bytes[left.lowerBound + offset]) - Int(bytes[right.lowerBound + offset])
      if difference != 0 { return difference }
    }
    return left.count - right.count
  }
}
