internal import JSONText
internal import PipelineConfig

/// Keyset pagination: each page is asked for by the last record's cursor and key.
///
///     $filter=at gt T or (at eq T and id gt K)&$orderby=at,id&$top=1000
///
/// It needs no links of the vendor's, goes past any window of records, through any number of records of one moment, and
/// its state is one record's place. A vendor that refuses `or` is asked for each part of that filter by itself, the
/// innermost first: what follows inside the tie, and when that is empty, what lies behind it.
///
/// The end is an empty page without a link; a short page is one only when the vendor's own count agrees.
struct KeysetPaging: Paging {
  private let query: FeedQuery
  private let pageSize: Int
  private(set) var last: RecordPosition?
  /// How many of the fields are fixed in what is asked next, when `or` is refused; nil while it is taken.
  private var tieLevel: Int?
  /// An empty page had a link; what it hides is behind that.
  private var link: LinkPaging?
  private(set) var isFinished = false

  init(_ query: FeedQuery, pageSize: Int, from last: RecordPosition? = nil) {
    (self.query, self.pageSize, self.last) = (query, pageSize, last)
  }

  func address(ofPage number: Int, read: Int) -> WebAddress? {
    guard number == read + 1 else { return nil }
    if let link { return link.address(ofPage: number, read: read) }
    return query.keyset(after: last, tieLevel: tieLevel, top: pageSize)
  }

  /// A size that the feed's own parameters ask for is the one that is meant.
  var sizeParameter: String? {
    link == nil && !query.feed.query.contains { $0.name == "$top" } ? "$top" : nil
  }

  /// Behind the first page the vendor would count what is left.
  func total(of page: PageFacts) -> Int? { last == nil ? page.total : nil }

  mutating func pageRead(_ page: PageFacts, _ sums: PagingSums) throws(PagingProblem) {
    guard page.records > 0 else { return try emptyPageRead(page, sums) }
    link = nil
    guard let first = page.first, let reached = page.last, query.canContinue(from: reached) else {
      throw .noPosition(page: page.number)
    }
    if let last, query.isBefore(first, last) || reached == last { throw .unordered(page: page.number) }
    last = reached
    if tieLevel != nil { tieLevel = query.orderFields.count - 1 }
    let isShort = page.isShort(of: pageSize) && page.nextLink == nil
    isFinished = isShort && sums.expected.map { sums.records >= $0 } ?? false
  }

  private mutating func emptyPageRead(_ page: PageFacts, _ sums: PagingSums) throws(PagingProblem) {
    if page.nextLink != nil {
      var behind = link ?? LinkPaging(first: page.address)
      try behind.pageRead(page, sums)
      link = behind
      return
    }
    link = nil
    if let level = tieLevel, level > 0, last != nil { tieLevel = level - 1 } else { isFinished = true }
  }

  mutating func recover(from refusal: PageRefusal, _ sums: PagingSums) -> Bool {
    // 501 is how RESO vendors refuse a filter that they do not know, 413 one that is too complex.
    guard [400, 413, 414, 501].contains(refusal.status), tieLevel == nil, last != nil, query.orderFields.count > 1
    else {
      return false
    }
    tieLevel = query.orderFields.count - 1
    return true
  }

  var position: JSONValue {
    .object([
      JSONMember(name: "after", value: last.map { .array($0.values) } ?? .null),
      JSONMember(name: "level", value: tieLevel.map { .number(String($0)) } ?? .null),
    ])
  }

  mutating func restore(_ position: JSONValue) -> Bool {
    guard let after = position["after"] else { return false }
    if after != .null {
      guard after.elements.count == query.orderFields.count else { return false }
      last = RecordPosition(values: after.elements)
    }
    tieLevel = position["level"]?.count.flatMap { $0 < query.orderFields.count ? $0 : nil }
    return true
  }
}
