internal import NIOCore

/// Joins records to the text between `[` and `]`: their bytes as they were loaded, each with its stamp as last member.
enum RecordJoiner {
  /// What follows a stamp: its quote, the record's brace, and the comma before the next record.
  private static let ending: [UInt8] = Array("\"},".utf8)

  static func append(_ rows: Range<Int>, of result: ResultRows, from version: SetVersion, to body: inout ByteBuffer) {
    guard !rows.isEmpty else { return }
    let table = version.table
    var bytes = rows.count * (version.stampMember.count + Stamp.textBytes + ending.count)
    for index in rows { bytes += table.range(result[index]).count }
    _ = unsafe body.writeWithUnsafeMutableBytes(minimumWritableBytes: bytes) { target in
      var at = 0
      // The loop runs for every page of every walk: four copies a record into room that was counted before.
      func write(_ source: [UInt8], _ range: Range<Int>) {
        unsafe source.withUnsafeBytes {
          unsafe UnsafeMutableRawBufferPointer(rebasing: target[at...]).copyMemory(from: .init(rebasing: $0[range]))
        }
        at += range.count
      }
      for index in rows {
        let place = result[index]
        write(table.bytes, table.range(place).dropLast())
        write(version.stampMember, 0..<version.stampMember.count)
        write(version.stampTexts, (place * Stamp.textBytes)..<((place + 1) * Stamp.textBytes))
        write(ending, 0..<(index + 1 < rows.upperBound ? 3 : 2))
      }
      return at
    }
  }
}
