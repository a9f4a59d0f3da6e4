internal import JSONText
internal import Spool

/// The rows of one segment, waiting to be sorted. As large as the segment, which the pipeline bounds.
struct RowSet: ~Copyable {
  /// Where a row's parts are: its key and its version in `heads`, the rest in `bodies`.
  private struct Row {
    var start: Int
    var keyEnd: Int
    var versionEnd: Int
    var body: Range<Int>

    var key: Range<Int> { start..<keyEnd }
    var version: Range<Int> { keyEnd..<versionEnd }
  }

  /// Keys and versions lie close together: among the bodies each look at one would wait for memory.
  private var heads = OutputBytes(capacity: 1 << 16)
  private var bodies = OutputBytes(capacity: 1 << 20)
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
    heads.removeAll()
    bodies.removeAll()
    rows.removeAll(keepingCapacity: true)
    order.removeAll(keepingCapacity: true)
  }

  /// Takes a row. Nothing of it stays when `body` throws.
  ///
  /// - Parameters:
  ///   - head: Appends the key and behind it the version, and says where the key ends.
  ///   - body: Appends the row itself.
  /// - Throws: What `body` throws.
  mutating func add(
    head: (inout OutputBytes) -> Int,
    body: (inout OutputBytes) throws(RowProblem) -> Void
  ) throws(RowProblem) {
    let (start, bodyStart) = (heads.count, bodies.count)
    do throws(RowProblem) { try body(&bodies) } catch {
      bodies.truncate(to: bodyStart)
      throw error
    }
    let keyEnd = head(&heads)
    rows.append(Row(start: start, keyEnd: keyEnd, versionEnd: heads.count, body: bodyStart..<bodies.count))
  }

  /// Sorts by the bytes of the key and drops all but the newest of each: by version, and of equal versions the later line.
  ///
  /// - Returns: How many were dropped.
  mutating func sortAndKeepNewest() -> Int {
    let before = rows.count
    var order = self.order
    self.order = []
    order.reserveCapacity(before)
    heads.withBytes { all in
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
      try bodies.withBytes { all throws(SpoolError) in try body(all.extracting(rows[place.row].body)) }
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
