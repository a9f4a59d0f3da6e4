/// Rows as a person reads them: columns lined up, two blanks between, no line ends in blanks.
struct TextTable {
  /// Stands where there is nothing, so that `awk` counts fields as the eye does.
  static let nothing = "-"

  var header: [String]
  var rows: [[String?]] = []

  init(_ header: [String]) { self.header = header }

  /// The header and a line for each row. Every row has as many cells as the header.
  var lines: [String] {
    let cells = [header] + rows.map { row in row.map { $0.flatMap { $0.isEmpty ? nil : $0 } ?? Self.nothing } }
    let widths = header.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
    return cells.map { row in
      let padded = zip(row, widths).map { text, width in text + String(repeating: " ", count: width - text.count) }
      var line = padded.joined(separator: "  ")[...]
      while line.last == " " { line = line.dropLast() }
      return String(line)
    }
  }
}
