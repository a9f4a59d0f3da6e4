internal import JSONText

/// A feed as far as it can be read by itself; its parent is looked up when all are read.
struct FeedDraft {
  var feed: Feed
  var table: ConfigText
  var parentFeed: ConfigText?
  var parentField: ConfigText?
  var parentBatch: Int?
  var onParentDelete: ParentDeletion?
  var orphansMax: Int?
  var value: ConfigValue
}

extension FeedDraft {
  /// - Returns: nil when something it cannot be without is missing or wrong; all that is wrong has been said.
  static func read(_ name: String, _ value: ConfigValue, sources: [NamedSource]) -> FeedDraft? {
    PlainName.check(name, value, of: "feed")
    guard let object = value.object() else { return nil }
    let source = object.required("source")?.source(among: sources)
    let path = object.required("path")?.urlPath()
    let pagination = object.required("pagination").flatMap { Pagination.read($0) }
    let filter = object["filter"]?.nonEmptyText()?.value
    let key = object.required("key")?.key()
    let table = object.required("table")?.identifier(of: "table")
    let mapped = object.required("columns")?.columns()
    let cursor = object["cursor"].flatMap { Cursor.read($0, columns: mapped ?? [], pagination: pagination) }
    let query = object["query"]?.query(reserved: reserved(pagination, cursor)) ?? []
    let hash = object["hash"].map { Feed.HashRule.read($0) } ?? Feed.HashRule()
    let deleteMark = object["deleted_when"].flatMap { DeleteMark.read($0) }
    let unmapped = object["unmapped"].map { UnmappedRule.read($0) } ?? .ignore
    let columns = mapped.map { unmapped.columns(beside: $0, object["unmapped"]) }
    let unicode = object["unicode"]?.choice(of: UnicodeRule.self) ?? .reject
    let checks = QualityChecks.read(object["checks"], columns: columns ?? [], cursor: cursor)
    let acceptance = AcceptanceTargets.read(object["acceptance"])
    let resumeWithin = object["resume_within"]?.duration(in: .zero ... .seconds(30 * 86_400))
    let parent = object["parent"]?.object()
    let parentFeed = parent?.required("feed")?.nonEmptyText()
    let parentField = parent?.required("field")?.nonEmptyText()
    let parentBatch = parent?["batch"]?.integer(in: 1...1000, "parents a request")
    let onParentDelete = parent?["on_delete"]?.choice(of: ParentDeletion.self)
    let orphansMax = parent?["max_orphans"]?.integer(in: Feed.Parent.orphansBounds, "rows")
    parent?.reportUnknown()
    let (rejects, deletions) = (RejectLimit.read(object["rejects"]), DeletionRule.read(object["deletions"]))
    let tracking = RowTracking.read(object["track"])
    if filter != nil, let pagination, !pagination.isOData {
      object["filter"]?.problem("is OData's; put a REST vendor's own parameters under \"query\"")
    }
    if pagination?.windows != nil, cursor?.type != .timestamp {
      object["pagination"]?.object()?["windows"]?.problem("is for a cursor that is a timestamp, which the feed has not")
    }
    object.reportUnknown()

    guard let key, let columns, let keyColumns = keyColumns(key, columns, object["key"]), let table else { return nil }
    let isKey = Set(keyColumns.map { Array($0.name.utf8) })
    // A part that is wrong has been said, and the file is refused; its place is filled so that the feed's links are
    // looked at in the same pass.
    var feed = Feed(
      name: name,
      source: source ?? Source(name: "", baseURL: ""),
      path: path ?? "",
      pagination: pagination ?? .odata(ODataPaging(pageSize: 1)),
      filter: filter,
      query: query,
      key: key.map(\.value),
      cursor: cursor,
      hash: hash,
      deleteMark: deleteMark,
      unicode: unicode,
      unmapped: unmapped,
      table: table.value,
      columns: columns.map { isKey.contains(Array($0.name.utf8)) ? $0.requiring() : $0 },
      parent: nil,
      rejects: rejects,
      deletions: deletions,
      keyColumns: keyColumns.map { $0.requiring() }
    )
    feed.checks = checks
    feed.acceptance = acceptance
    feed.tracking = tracking
    if let resumeWithin { feed.resumeWithin = resumeWithin }
    return FeedDraft(
      feed: feed,
      table: table,
      parentFeed: parentFeed,
      parentField: parentField,
      parentBatch: parentBatch,
      onParentDelete: onParentDelete,
      orphansMax: orphansMax,
      value: value
    )
  }

  private static func reserved(_ pagination: Pagination?, _ cursor: Cursor?) -> [String] {
    (pagination?.ownParameters ?? []) + (cursor?.sinceParameter.map { [$0] } ?? [])
  }

  /// Each key field has to be in the table, or rows could not be told apart there.
  private static func keyColumns(_ key: [ConfigText], _ columns: [Column], _ value: ConfigValue?) -> [Column]? {
    let found = key.map { field in columns.first { $0.from == JSONPointer(member: field.value) } }
    for (field, column) in zip(key, found) {
      if column == nil {
        value?.problem("the key field \(field.shown) is mapped by no column")
      } else if let column, !column.type.canBeKey {
        value?.problem("the key field \(field.shown) is mapped to \(column.type.rawValue), which cannot be a key")
      } else if let column, column.misfit != .reject || column.fallback != nil {
        value?.problem("the key field \(field.shown) is replaced by its column; a key is the vendor's or none")
      }
    }
    let all = found.compactMap { $0 }
    return all.count == key.count && all.allSatisfy { $0.type.canBeKey } ? all : nil
  }
}

extension Column {
  fileprivate func requiring() -> Column {
    var column = self
    column.required = true
    return column
  }
}

extension ConfigValue {
  fileprivate func source(among sources: [NamedSource]) -> Source? {
    guard let text = nonEmptyText() else { return nil }
    if let known = sources.first(where: { $0.name.utf8.elementsEqual(text.value.utf8) }) { return known.source }
    problem("there is no source \(text.shown)\(Suggestion.asking(for: text.value, among: sources.map(\.name)))")
    return nil
  }

  /// What stands behind the source's address, with no way out of it.
  fileprivate func urlPath() -> String? {
    guard let text = nonEmptyText() else { return nil }
    let path = text.value
    let complaint: String? =
      if path.contains("?") || path.contains("#") {
        "holds a query; put fixed parameters under \"query\""
      } else if path.contains("://") || path.split(separator: "/").contains("..") {
        "should stay below the source's base_url"
      } else if !URLText.isPlain(path) {
        "holds a character that an address cannot; write it percent-encoded"
      } else {
        nil
      }
    guard let complaint else { return path }
    problem(complaint)
    return nil
  }

  fileprivate func query(reserved: [String]) -> [Feed.QueryItem]? {
    object()?.entries.compactMap { name, value in
      if name.isEmpty {
        value.problem("a parameter has a name")
      } else if reserved.contains(name) {
        value.problem(name == "$filter" ? "belongs into the feed's \"filter\"" : "is set by the fetch itself")
      }
      return value.text().map { Feed.QueryItem(name: name, value: $0.value) }
    }
  }

  fileprivate func key() -> [ConfigText]? {
    guard let fields = distinctTexts() else { return nil }
    if (1...Feed.keyFieldsMax).contains(fields.count) { return fields }
    // An element that was wrong has been reported at its own place.
    if case .array(let elements) = json, elements.count == fields.count {
      problem("\(fields.count) is outside 1...\(Feed.keyFieldsMax) fields")
    }
    return nil
  }
}

extension Feed.HashRule {
  fileprivate static func read(_ value: ConfigValue) -> Self {
    var rule = Self()
    guard let object = value.object() else { return rule }
    if let given = object["exclude"]?.distinctTexts() { rule.exclude = given.map(\.value) }
    if let given = object["algorithm"]?.choice(of: HashAlgorithm.self) { rule.algorithm = given }
    if let given = object["numbers"]?.choice(of: HashNumbers.self) { rule.numbers = given }
    object.reportUnknown()
    return rule
  }
}
