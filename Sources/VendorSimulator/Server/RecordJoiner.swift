internal import NIOCore

/// Joins records to the text between `[` and `]`: their bytes as they were loaded, each with its stamp as last member.
enum RecordJoiner {
  static func append(_ rows: Range<Int>, of result: ResultRows, from version: SetVersion, to body: inout ByteBuffer) {
    let table = version.table
    var bytes = 0
    for index in rows { bytes += table.range(result[index]).count }
    body.reserveCapacity(minimumWritableBytes: bytes + rows.count * (version.stampMember.count + Stamp.textBytes + 3))
    for index in rows {
      if index > rows.lowerBound { body.writeInteger(UInt8(ascii: ",")) }
      let place = result[index]
      body.writeBytes(table.bytes[table.range(place).dropLast()])
      body.writeBytes(version.stampMember)
      body.writeBytes(version.stamps[place].text)
      body.writeStaticString("\"}")
    }
  }
}
