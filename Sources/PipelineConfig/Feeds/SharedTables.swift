/// Feeds that fill one table have to tell its rows apart in the same way, to write the same types, and to treat what is
/// deleted alike: a row that one of them marks as deleted would stay marked when the other brings it again.
enum SharedTables {
  static func check(_ drafts: [FeedDraft]) {
    for (index, draft) in drafts.enumerated() {
      guard let first = drafts[..<index].first(where: { $0.feed.table == draft.feed.table })?.feed else { continue }
      checkKey(draft, first)
      checkDeletions(draft, first)
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

  private static func checkDeletions(_ draft: FeedDraft, _ first: Feed) {
    let (feed, context, path) = (draft.feed, draft.value.context, draft.value.path)
    if feed.marksRows != first.marksRows {
      let words = feed.marksRows ? "marks deleted rows, which" : "does not mark deleted rows, which"
      let other = feed.marksRows ? "does not do" : "does"
      context.problem(at: path.member("deletions"), "\(words) \"\(first.name)\", of the same table, \(other)")
    }
    let (own, others) = (feed.parent?.onDelete ?? .keep, first.parent?.onDelete ?? .keep)
    if own != others {
      let message = "is \(own.rawValue) here and \(others.rawValue) in \"\(first.name)\", of the same table"
      context.problem(at: path.member("parent").member("on_delete"), message)
    }
    if Set(feed.tracking.marks) != Set(first.tracking.marks) {
      context.problem(at: path.member("track"), "keeps other columns than \"\(first.name)\", of the same table, does")
    }
  }

  /// As PostgreSQL compares names: byte by byte.
  private static func sameName(_ left: Column, _ right: Column) -> Bool {
    left.name.utf8.elementsEqual(right.name.utf8)
  }

  private static func list(_ columns: [Column]) -> String { columns.map(\.name).joined(separator: ", ") }
}
