internal import JSONText
internal import Spool

/// The rows of one segment, waiting to be sorted. As large as the segment, which the pipeline bounds.
struct RowSet: ~Copyable {
  private struct Row {
    var key: Range<Int>
    var body: Range<Int>
    var version: String
  }

  private var bytes = OutputBytes(capacity: 1 << 20)
  private var rows: [Row] = []

  /// Takes a row that `write` puts together; nothing of it stays when `write` throws.
  mutating func add(
    version: String,
    key: (inout OutputBytes) -> Void,
    body: (inout OutputBytes) throws(RowProblem) -> Void
  ) throws(RowProblem) {
    let start = bytes.count
    key(&bytes)
    let keyEnd = bytes.count
    do throws(RowProblem) { try body(&bytes) } catch {
      bytes.truncate(to: start)
      throw error
    }
    rows.append(Row(key: start..<keyEnd, body: keyEnd..<bytes.count, version: version))
  }

  /// Sorts by the bytes of the key and drops all but the newest of each: by version, and of equal versions the later line.
  ///
  /// - Returns: How many were dropped.
  mutating func sortAndKeepNewest() -> Int {
    let before = rows.count
    let sorted = bytes.withBytes { all in
      // Indices break ties, so that the sort is the same whatever algorithm the library has.
      rows.indices.sorted { left, right in
        let order = Self.compare(all, rows[left].key, rows[right].key)
        if order != 0 { return order < 0 }
        if rows[left].version != rows[right].version {
          return rows[left].version.utf8.lexicographicallyPrecedes(rows[right].version.utf8)
        }
        return left < right
      }
    }
    var kept: [Row] = []
    kept.reserveCapacity(before)
    for (place, index) in sorted.enumerated() {
      if place + 1 < sorted.count {
        let next = rows[sorted[place + 1]].key
        if bytes.withBytes({ Self.compare($0, rows[index].key, next) }) == 0 { continue }
      }
      kept.append(rows[index])
    }
    rows = kept
    return before - kept.count
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
