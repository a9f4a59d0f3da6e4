internal import Postgres

/// Where the rows of a staging table are, in the order in which they were copied: eight bytes a row.
struct Places {
  private var packed: [UInt64] = []

  /// Rows asked for at once.
  private static let chunkRows = 50_000

  init(_ staging: StagingTable, on connection: inout Connection) throws(PostgresError) {
    var last = "(0,0)"
    while true {
      let rows = try connection.query(
        "SELECT ctid FROM \(staging.qualified) WHERE ctid > $1::tid ORDER BY ctid LIMIT \(Self.chunkRows)",
        parameters: [last],
        while: "look where the rows of \(staging.qualified) are"
      )
      for row in rows {
        guard let text = row[0], let place = Self.packed(text) else { continue }
        packed.append(place)
        last = text
      }
      if rows.count < Self.chunkRows { return }
    }
  }

  var count: Int { packed.count }

  /// `(12,3)`: page and place in it, as PostgreSQL writes a ctid.
  func text(_ index: Int) -> String { "(\(packed[index] >> 16),\(packed[index] & 0xFFFF))" }

  /// Which row is at a place; nil when none is.
  func index(of text: String) -> Int? {
    guard let wanted = Self.packed(text) else { return nil }
    var (low, high) = (0, packed.count)
    while low < high {
      let middle = (low + high) / 2
      if packed[middle] < wanted { low = middle + 1 } else { high = middle }
    }
    return low < packed.count && packed[low] == wanted ? low : nil
  }

  private static func packed(_ text: String) -> UInt64? {
    let numbers = text.dropFirst().dropLast().split(separator: ",").compactMap { UInt64($0) }
    return numbers.count == 2 ? numbers[0] << 16 | numbers[1] : nil
  }
}
