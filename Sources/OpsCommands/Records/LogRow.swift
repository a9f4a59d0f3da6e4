/// A past run as `weir.sync_log` has it.
struct LogRow {
  /// What the table shows, in the order of its columns.
  var cells: [String?]
  /// Every column, as PostgreSQL puts the row into JSON.
  var json: String

  /// - Parameter row: The cells, and last the whole row as JSON.
  init(_ row: [String?]) {
    cells = Array(row.dropLast())
    json = (row.last ?? nil) ?? "{}"
  }

  /// Columns lined up; errors last, since they are long.
  static func table(_ rows: [LogRow]) -> [String] {
    var table = TextTable([
      "FINISHED", "FEED", "RUN", "MODE", "STATUS", "SECONDS", "FETCHED", "INSERTED", "UPDATED", "UNCHANGED", "REJECTED",
      "ERROR",
    ])
    table.rows = rows.map(\.cells)
    return table.lines
  }
}
