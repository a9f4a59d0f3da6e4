/// Feeds that fill one table have to tell its rows apart in the same way and to write the same types.
enum SharedTables {
  static func check(_ drafts: [FeedDraft]) {
    for (index, draft) in drafts.enumerated() {
      guard let first = drafts[..<index].first(where: { $0.feed.table == draft.feed.table })?.feed else { continue }
      checkKey(draft, first)
      for column in draft.feed.columns {
        guard let other = first.columns.first(where: { sameName($0, column) }), other.type != column.type else {
          continue
        }
        let message =
          "is \(column.type.rawValue) here and \(other.type.rawValue) in \"\(first.name)\", of the same table"
        draft.value.context.problem(at: draft.value.path.member("columns").member(column.name), message)
      }
    }
  }

  private static func checkKey(_ draft: FeedDraft, _ first: Feed) {
    let own = draft.feed.keyColumns
    guard own.count != first.keyColumns.count || !zip(own, first.keyColumns).allSatisfy(sameName) else { return }
    let message = "is \(list(own)) here and \(list(first.keyColumns)) in \"\(first.name)\", of the same table"
    draft.value.context.problem(at: draft.value.path.member("key"), message)
  }

  /// As PostgreSQL compares names: byte by byte.
  private static func sameName(_ left: Column, _ right: Column) -> Bool {
    left.name.utf8.elementsEqual(right.name.utf8)
  }

  private static func list(_ columns: [Column]) -> String { columns.map(\.name).joined(separator: ", ") }
}
