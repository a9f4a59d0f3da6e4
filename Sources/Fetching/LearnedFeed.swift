internal import JSONText
internal import PipelineConfig
internal import Spool

/// What a run found out of a feed's vendor, for the next run to begin with.
struct LearnedFeed: Equatable {
  /// Records a page that the vendor was well with.
  var pageSize: Int?
  /// Parents that it takes in one request.
  var batch: BatchSize.State?

  private static let stateName = "learned.json"

  /// Nothing when there is nothing, or nothing that can be read: it is found out again.
  ///
  /// - Throws: `SpoolError`.
  static func load(_ feed: Feed, in spool: Spool) throws(SpoolError) -> LearnedFeed {
    guard let bytes = try spool.loadState(stateName, feed: feed.name), let state = try? JSONValue(parsing: bytes) else {
      return LearnedFeed()
    }
    var learned = LearnedFeed(pageSize: state["page_size"]?.count)
    if let batch = state["batch"], let form = batch["form"]?.text.flatMap({ BatchSize.Form(rawValue: $0) }),
      let taken = batch["taken"]?.count
    {
      learned.batch = BatchSize.State(form: form, taken: taken, refused: batch["refused"]?.count)
    }
    return learned
  }

  /// Saves what differs from what the pipeline says. A run does not fail for it.
  func save(_ feed: Feed, in spool: Spool) {
    guard let before = try? Self.load(feed, in: spool) else { return }
    var learned = self
    if learned.pageSize == feed.pagination.pageSize || !feed.pagination.mayShrinkPages { learned.pageSize = nil }
    learned.batch = learned.batch ?? before.batch
    guard learned != before else { return }
    try? spool.saveState(Array(learned.json.encoded.utf8), name: Self.stateName, feed: feed.name)
  }

  private var json: JSONValue {
    var members: [JSONMember] = []
    if let pageSize { members.append(JSONMember(name: "page_size", value: .number(String(pageSize)))) }
    if let batch {
      let value = JSONValue.object([
        JSONMember(name: "form", value: .string(batch.form.rawValue)),
        JSONMember(name: "taken", value: .number(String(batch.taken))),
        JSONMember(name: "refused", value: batch.refused.map { .number(String($0)) } ?? .null),
      ])
      members.append(JSONMember(name: "batch", value: value))
    }
    return .object(members)
  }
}

extension Pagination {
  /// Whether the walk may ask for smaller pages than the pipeline says: not where the places of pages depend on their
  /// size, nor along a vendor's own links.
  fileprivate var mayShrinkPages: Bool {
    switch self {
    case .odata: return true
    case .pageNumber: return false
    case .rest(let paging):
      switch paging.position {
      case .offset, .cursor, .lastID: return paging.sizeParameter != nil
      case .nextURL, .header: return false
      }
    }
  }
}
