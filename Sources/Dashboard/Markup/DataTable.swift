/// A table with a caption, headers with their scope, and cells that carry their column's name, so that a narrow screen can
/// show each row as a card.
struct DataTable {
  struct Column {
    var name: String
    /// Figures stand flush right.
    var isNumber = false

    init(_ name: String, number: Bool = false) { (self.name, isNumber) = (name, number) }
  }

  var caption: String
  var columns: [Column]
  /// Cells in the order of the columns; the first is the row's header.
  var rows: [[Markup]]
  /// What stands instead when there are no rows.
  var emptyText: String

  var markup: Markup {
    guard !rows.isEmpty else { return "<p class=\"empty\">\(emptyText)</p>" }
    let heads = columns.map { column -> Markup in
      "<th scope=\"col\" role=\"columnheader\"\(column.isNumber ? " class=\"number\"" : "" as Markup)>\(column.name)</th>"
    }
    // The roles say again what the elements are: with `display: block` on a narrow screen browsers forget it.
    let body = rows.map { row -> Markup in
      let cells = zip(columns, row).enumerated().map { index, pair -> Markup in
        let (column, cell) = pair
        let style: Markup = column.isNumber ? " class=\"number\"" : ""
        if index == 0 { return "<th scope=\"row\" role=\"rowheader\">\(cell)</th>" }
        return "<td role=\"cell\" data-label=\"\(column.name)\"\(style)><span>\(cell)</span></td>"
      }
      return "<tr role=\"row\">\(cells)</tr>"
    }
    return """
      <table role="table"><caption>\(caption)</caption>
      <thead role="rowgroup"><tr role="row">\(heads)</tr></thead>
      <tbody role="rowgroup">\(body)</tbody></table>
      """
  }
}
