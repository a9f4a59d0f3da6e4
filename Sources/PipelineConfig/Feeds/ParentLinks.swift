internal import JSONText

/// Joins feeds with their parents once all of them are known.
enum ParentLinks {
  static func join(_ drafts: inout [FeedDraft], named names: [String]) {
    for index in drafts.indices { drafts[index].feed.parent = parent(of: drafts[index], among: drafts, named: names) }
    reportCircles(drafts)
  }

  /// - Returns: nil when the feed names no parent, or a wrong one; that has been said.
  private static func parent(of draft: FeedDraft, among drafts: [FeedDraft], named names: [String]) -> Feed.Parent? {
    guard let name = draft.parentFeed, let field = draft.parentField else { return nil }
    let column = draft.feed.columns.first { $0.from == JSONPointer(member: field.value) }
    if column == nil { report(draft, "the field \(field.shown) is mapped by no column of this feed", at: "field") }
    if !names.contains(name.value) {
      report(draft, "there is no feed \(name.shown)\(Suggestion.asking(for: name.value, among: names))", at: "feed")
    }
    // A parent that is there and wrong has been reported at its own place.
    guard let parent = drafts.first(where: { $0.feed.name == name.value })?.feed, let column else { return nil }
    guard parent.keyColumns.count == 1, let key = parent.keyColumns.first else {
      report(draft, "the feed \(name.shown) has a key of several fields; a parent has one", at: "feed")
      return nil
    }
    if key.type != column.type {
      let types = "\(column.type.rawValue) here and \(key.type.rawValue) in \(name.shown)"
      report(draft, "is \(types); make them the same", at: "field")
    }
    var link = Feed.Parent(feed: parent.name, field: field.value, column: column, table: parent.table, keyColumn: key)
    if let batch = draft.parentBatch { link.batch = batch }
    if let onDelete = draft.onParentDelete { link.onDelete = onDelete }
    if let orphansMax = draft.orphansMax { link.orphansMax = orphansMax }
    return link
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
      let circle = ([draft.feed.table] + way).map { shown($0, among: drafts) }.joined(separator: " → ")
      report(draft, "the tables wait for one another in a circle: \(circle)", at: "feed")
    }
  }

  private static func shown(_ table: String, among drafts: [FeedDraft]) -> String {
    let draft = drafts.first { $0.feed.table == table }
    return draft.map { $0.table.isFromEnvironment ? "the table of \"\($0.feed.name)\"" : table } ?? table
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
