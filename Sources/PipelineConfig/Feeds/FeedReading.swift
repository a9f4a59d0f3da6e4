internal import JSONText

/// A feed as far as it can be read by itself; its parent is looked up when all are read.
struct FeedDraft {
  var feed: Feed
  var parentFeed: String?
  var parentField: String?
  var value: ConfigValue
}

extension FeedDraft {
  static func read(_ name: String, _ value: ConfigValue, sources: [String: Source?]) -> FeedDraft? {
    guard Name.check(name, value, of: "feed"), let object = value.object() else { return nil }
    let source = object.required("source")?.source(among: sources)
    let path = object.required("path")?.nonEmptyText()?.value
    let pagination = object.required("pagination").flatMap { Pagination.read($0) }
    let filter = object["filter"]?.nonEmptyText()?.value
    let query = object["query"]?.object()?.entries.compactMap { entry in
      entry.value.text().map { Feed.QueryItem(name: entry.name, value: $0.value) }
    }
    let key = object.required("key")?.key()
    let table = object.required("table")?.tableName()
    let columns = object.required("columns")?.columns()
    let cursor = object["cursor"].flatMap { Cursor.read($0, columns: columns ?? []) }
    let hash = object["hash"].map { Feed.HashRule.read($0) } ?? Feed.HashRule()
    let parent = object["parent"]?.object()
    let parentFeed = parent?.required("feed")?.nonEmptyText()?.value
    let parentField = parent?.required("field")?.nonEmptyText()?.value
    parent?.reportUnknown()
    if filter != nil, let pagination, case .pageNumber = pagination {
      object["filter"]?.problem("is OData's; put a REST vendor's own parameters under \"query\"")
    }
    object.reportUnknown()

    guard let source, let path, let pagination, let key, let table, let columns else { return nil }
    guard let keyColumns = keyColumns(key, columns, object["key"]) else { return nil }
    let feed = Feed(
      name: name, source: source, path: path, pagination: pagination, filter: filter, query: query ?? [], key: key,
      cursor: cursor, hash: hash, table: table, columns: columns, parent: nil, keyColumns: keyColumns
    )
    return FeedDraft(feed: feed, parentFeed: parentFeed, parentField: parentField, value: value)
  }

  /// Each key field has to be in the table, or rows could not be told apart there.
  private static func keyColumns(_ key: [String], _ columns: [Column], _ value: ConfigValue?) -> [Column]? {
    let found = key.map { field in columns.first { $0.from == JSONPointer(member: field) } }
    for (field, column) in zip(key, found) {
      if column == nil {
        value?.problem("the key field \(field.debugDescription) is mapped by no column")
      } else if column?.type == .jsonb {
        value?.problem("the key field \(field.debugDescription) is mapped to jsonb, which cannot be a key")
      }
    }
    let all = found.compactMap { $0 }
    return all.count == key.count && !all.contains { $0.type == .jsonb } ? all : nil
  }
}

extension ConfigValue {
  fileprivate func source(among sources: [String: Source?]) -> Source? {
    guard let text = nonEmptyText() else { return nil }
    guard let known = sources[text.value] else {
      let names = sources.keys.sorted()
      let nearest = Suggestion.nearest(to: text.value, among: names).map { "; did you mean \"\($0)\"?" } ?? ""
      problem("there is no source \(text.shown)\(nearest)")
      return nil
    }
    return known
  }

  fileprivate func key() -> [String]? {
    guard let fields = distinctTexts() else { return nil }
    if fields.isEmpty { problem("names no field; a record needs at least one to be told from another") }
    return fields.isEmpty ? nil : fields
  }

  fileprivate func tableName() -> String? {
    guard let text = nonEmptyText(), Identifier.check(text.value, self, of: "table") else { return nil }
    return text.value
  }

  fileprivate func columns() -> [Column]? {
    guard let object = object() else { return nil }
    let entries = object.entries
    if entries.isEmpty { problem("names no column") }
    let columns = entries.compactMap { Column.read($0.name, $0.value) }
    return columns.count == entries.count && !columns.isEmpty ? columns : nil
  }
}

extension Feed.HashRule {
  fileprivate static func read(_ value: ConfigValue) -> Self {
    var rule = Self()
    guard let object = value.object() else { return rule }
    if let given = object["exclude"]?.distinctTexts() { rule.exclude = given }
    if let given = object["algorithm"]?.choice(of: HashAlgorithm.self) { rule.algorithm = given }
    object.reportUnknown()
    return rule
  }
}
