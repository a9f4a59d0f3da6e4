internal import JSONText
internal import PipelineConfig

/// The walk through an OData feed: by the vendor's links for as long as they lead on, then by keyset.
///
/// Vendors refuse to go past a number of records, in many words ("total exceeds 100000", "Error getting data!", an end
/// too early), and links expire. Every page was asked for in the order of cursor and key, so where it ended is known,
/// and the walk goes on from there.
struct ODataWalk: Paging {
  private enum Way {
    case links(LinkPaging)
    case keyset(KeysetPaging)
  }

  private let query: FeedQuery
  private let pageSize: Int
  private var way: Way
  private var last: RecordPosition?
  /// Every page began where the one before ended, or behind.
  private var isInOrder = true

  init(_ query: FeedQuery, _ paging: ODataPaging) {
    self.query = query
    pageSize = paging.pageSize
    way =
      switch paging.walk {
      case .nextLink: .links(LinkPaging(first: query.odata))
      case .keyset: .keyset(KeysetPaging(query, pageSize: paging.pageSize))
      }
  }

  private var paging: any Paging {
    switch way {
    case .links(let paging): paging
    case .keyset(let paging): paging
    }
  }

  var isFinished: Bool { paging.isFinished }

  func address(ofPage number: Int, read: Int) -> WebAddress? { paging.address(ofPage: number, read: read) }

  var sizeParameter: String? { paging.sizeParameter }

  func total(of page: PageFacts) -> Int? { paging.total(of: page) }

  mutating func pageRead(_ page: PageFacts, _ sums: PagingSums) throws(PagingProblem) {
    switch way {
    case .links(var paging):
      if let first = page.first, let reached = page.last {
        if let last, query.isBefore(first, last) { isInOrder = false }
        if query.isBefore(reached, first) { isInOrder = false }
        last = reached
      }
      try paging.pageRead(page, sums)
      way = .links(paging)
    case .keyset(var paging):
      try paging.pageRead(page, sums)
      way = .keyset(paging)
    }
  }

  mutating func recover(from refusal: PageRefusal, _ sums: PagingSums) -> Bool {
    switch way {
    case .links:
      let isWindow = refusal.isContent || [400, 404, 410, 413, 416, 422].contains(refusal.status)
      guard isWindow, isInOrder, query.isOrderOwn, let last, query.canContinue(from: last) else { return false }
      way = .keyset(KeysetPaging(query, pageSize: pageSize, from: last))
      return true
    case .keyset(var paging):
      defer { way = .keyset(paging) }
      return paging.recover(from: refusal, sums)
    }
  }

  var position: JSONValue {
    switch way {
    case .links(let paging):
      .object([
        JSONMember(name: "link", value: paging.position),
        // Links expire; the walk then goes on from here.
        JSONMember(name: "after", value: isInOrder ? last.map { .array($0.values) } ?? .null : .null),
      ])
    case .keyset(let paging): .object([JSONMember(name: "keyset", value: paging.position)])
    }
  }

  mutating func restore(_ position: JSONValue) -> Bool {
    if let keyset = position["keyset"] {
      var paging = KeysetPaging(query, pageSize: pageSize)
      guard paging.restore(keyset) else { return false }
      way = .keyset(paging)
      return true
    }
    guard case .links(var paging) = way, let link = position["link"], let after = position["after"] else {
      return false
    }
    let reached = after == .null ? nil : RecordPosition(values: after.elements)
    if paging.restore(link) {
      way = .links(paging)
      (last, isInOrder) = (reached, reached != nil)
      return true
    }
    // A link with a credential in it was not kept.
    guard let reached, query.isOrderOwn, query.canContinue(from: reached) else { return false }
    way = .keyset(KeysetPaging(query, pageSize: pageSize, from: reached))
    return true
  }
}
