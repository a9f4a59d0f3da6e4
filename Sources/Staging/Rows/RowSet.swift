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

  /// Forgets all rows and keeps the memory for the next segment's, which is as large.
  mutating func removeAll() {
    bytes.removeAll()
    rows.removeAll(keepingCapacity: true)
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
    rows = bytes.withBytes { all in
      // Places break ties, so that the order is the same whatever algorithm the library has.
      let sorted = rows.sorted { left, right in
        var order = Self.compare(all, left.key, right.key)
        if order == 0 { order = Self.compare(all, left.version, right.version) }
        return order == 0 ? left.start < right.start : order < 0
      }
      var kept: [Row] = []
      kept.reserveCapacity(before)
      for (place, row) in sorted.enumerated() {
        if place + 1 < before, Self.compare(all, row.key, sorted[place + 1].key) == 0 { continue }
        kept.append(row)
      }
      return kept
    }
    return before - rows.count
  }

  func withEachRow(_ body: (Span<UInt8>) throws(SpoolError) -> Void) throws(SpoolError) {
    for row in rows {
      try bytes.withBytes { all throws(SpoolError) in try body(all.extracting(row.body)) }
    }
  }

  private static func compare(_ bytes: Span<UInt8>, _ left: Range<Int>, _ right: Range<Int>) -> Int {
    for offset in 0..<min(left.count, right.count) {
      let difference = Int(bytes[left.lowerBound + offset]) - Int(bytes[right.lowerBound + offset])
      if difference != 0 { return difference }
    }
    return left.count - right.count
  }
}
