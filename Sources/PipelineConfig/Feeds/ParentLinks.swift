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
        if !names.contains(parentName) {
          report(
            draft,
            "there is no feed \"\(parentName)\"\(Suggestion.asking(for: parentName, among: names))",
            at: "feed"
          )
        }
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
        report(
          draft,
          "is \(column.type.rawValue) here and \(key.type.rawValue) in \"\(parentName)\"; make them the same",
          at: "field"
        )
        continue
      }
      drafts[index].feed.parent = Feed.Parent(
        feed: parentName,
        field: field,
        column: column,
        table: parent.table,
        keyColumn: key
      )
    }
    reportCircles(drafts)
  }

  private static func report(_ draft: FeedDraft, _ message: String, at member: String) {
    draft.value.context.problem(at: draft.value.path.member("parent").member(member), message)
  }

  /// Order is by table: one whose rows wait, by however many steps, for rows of itself can never begin.
  ///
  /// Each circle is said once, at the feed of it that stands first.
  private static func reportCircles(_ drafts: [FeedDraft]) {
    var parents: [String: [String]] = [:]
    for draft in drafts {
      if let parent = draft.feed.parent { parents[draft.feed.table, default: []].append(parent.table) }
    }
    var said: Set<String> = []
    for draft in drafts where !said.contains(draft.feed.table) {
      guard let parent = draft.feed.parent, let way = way(from: parent.table, to: draft.feed.table, along: parents)
      else { continue }
      said.formUnion(way)
      let circle = ([draft.feed.table] + way).joined(separator: " → ")
      report(draft, "the tables wait for one another in a circle: \(circle)", at: "feed")
    }
  }

  /// Table after table from one to another, both included; nil when no way leads there.
  private static func way(from start: String, to end: String, along parents: [String: [String]]) -> [String]? {
    var ways = [[start]]
    var seen: Set<String> = [start]
    while let way = ways.popLast(), let last = way.last {
      if last == end { return way }
      for next in parents[last] ?? [] where seen.insert(next).inserted { ways.append(way + [next]) }
    }
    return nil
  }
}
