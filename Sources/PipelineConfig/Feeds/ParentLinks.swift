internal import JSONText

/// Joins feeds with their parents once all of them are known.
enum ParentLinks {
  static func join(_ drafts: inout [FeedDraft], named names: [String]) {
    let feeds = drafts.map(\.feed)
    for index in drafts.indices {
      guard let parentName = drafts[index].parentFeed, let field = drafts[index].parentField else { continue }
      let draft = drafts[index]
      guard let parent = feeds.first(where: { $0.name == parentName }) else {
        // A parent that is there and wrong has been reported at its own place.
        if !names.contains(parentName) { report(draft, "there is no feed \"\(parentName)\"", at: "feed") }
        continue
      }
      guard let column = draft.feed.columns.first(where: { $0.from == JSONPointer(member: field) }) else {
        report(draft, "the field \"\(field)\" is mapped by no column of this feed", at: "field")
        continue
      }
      guard parent.keyColumns.count == 1, let key = parent.keyColumns.first else {
        report(draft, "the feed \"\(parentName)\" has a key of several fields; a parent has one", at: "feed")
        continue
      }
      guard key.type == column.type else {
        report(draft, "is \(column.type.rawValue) here and \(key.type.rawValue) in \"\(parentName)\"; make them the same", at: "field")
        continue
      }
      drafts[index].feed.parent = Feed.Parent(
        feed: parentName, field: field, column: column, table: parent.table, keyColumn: key
      )
    }
    reportCircles(drafts)
  }

  private static func report(_ draft: FeedDraft, _ message: String, at member: String) {
    draft.value.context.problem(at: draft.value.path.member("parent").member(member), message)
  }

  /// Order is by table: a table whose rows wait, by however many steps, for rows of itself can never begin.
  private static func reportCircles(_ drafts: [FeedDraft]) {
    var parents: [String: Set<String>] = [:]
    for draft in drafts {
      if let parent = draft.feed.parent, parent.table != draft.feed.table {
        parents[draft.feed.table, default: []].insert(parent.table)
      }
    }
    for draft in drafts where draft.feed.parent != nil {
      var reached: Set<String> = []
      var next = parents[draft.feed.table] ?? []
      while let table = next.popFirst() {
        if reached.insert(table).inserted { next.formUnion(parents[table] ?? []) }
      }
      if reached.contains(draft.feed.table) { report(draft, "the tables wait for one another in a circle", at: "feed") }
    }
  }
}
