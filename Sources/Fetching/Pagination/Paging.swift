internal import JSONText

/// One way of getting from page to page.
///
/// A pure value: it is told what a page held and answers with the next request, so a test needs no server.
protocol Paging: Sendable {
  /// The end was reached.
  var isFinished: Bool { get }

  /// The address of a page, counted from 1, when `read` pages were read; nil when that depends on a page that is still
  /// under way.
  func address(ofPage number: Int, read: Int) -> WebAddress?

  /// Moves on behind a page. Pages are told in the order in which they were asked for.
  ///
  /// - Throws: ``PagingProblem``: going on would repeat pages or lose records.
  mutating func pageRead(_ page: PageFacts, _ sums: PagingSums) throws(PagingProblem)

  /// Finds another way on after the vendor refused the request whose turn it is.
  ///
  /// - Returns: False when there is none.
  mutating func recover(from refusal: PageRefusal, _ sums: PagingSums) -> Bool

  /// The vendor may refuse the page behind the last one: with every record read, a refusal is the end.
  var endsByRefusal: Bool { get }

  /// Records in all, as a page says it.
  func total(of page: PageFacts) -> Int?

  /// The parameter of the addresses that may ask for another number of records, from page to page; nil when pages must
  /// all have one size, and for a vendor's own link, which is asked for as written.
  var sizeParameter: String? { get }

  /// From where the walk goes on behind the pages that were read, as a checkpoint keeps it. Not asked for at the end.
  var position: JSONValue { get }

  /// Goes on where another run of the same feed stopped.
  ///
  /// - Returns: False when the position is none of this kind's; the walk then begins at its beginning.
  mutating func restore(_ position: JSONValue) -> Bool
}

extension Paging {
  var sizeParameter: String? { nil }

  var endsByRefusal: Bool { false }

  func total(of page: PageFacts) -> Int? { page.total }

  mutating func recover(from refusal: PageRefusal, _ sums: PagingSums) -> Bool { false }
}

/// What was read so far.
struct PagingSums: Equatable, Sendable {
  var pages = 0
  var records = 0
  /// What the vendor said last that there is in all.
  var expected: Int?

  /// As many records were read as the vendor speaks of.
  var areComplete: Bool { expected.map { records >= $0 } ?? false }

  /// Whether a page was the last: the vendor's total is reached, and the page is short of what was asked for, which is
  /// `size` unless a smaller one was. A full page may be followed by more than a total that is too low speaks of.
  func areComplete(behind page: PageFacts, size: Int) -> Bool { areComplete && page.isShort(of: size) }

  /// Whether a refusal is a vendor's way of saying that there is no page behind the last one.
  func isEnd(_ refusal: PageRefusal) -> Bool {
    areComplete && refusal.status.map { [400, 404, 410, 416, 422].contains($0) } ?? false
  }
}

/// A request that the vendor refused for good.
struct PageRefusal: Equatable, Sendable {
  /// Of the answer; nil when there was none.
  var status: Int?
  /// The answer had a status of success and no page in it.
  var isContent: Bool
  /// No answer came in time.
  var isTimeout = false
}

/// A page to ask for.
struct PageRequest: Equatable, Sendable {
  /// Place in the run, from 1.
  var number: Int
  var address: WebAddress
  /// The parameter of the address that may ask for another number of records.
  var sizeParameter: String?
  /// A smaller page may be asked for, by that parameter or by a preference.
  var mayShrink = false
  /// An answer to this very request that is known already: the vendor need not send it again.
  var known: KnownAnswer?
}

/// What a page was found to hold, as far as paging needs it.
struct PageFacts: Equatable, Sendable {
  /// Place in the run, from 1.
  var number: Int
  var records: Int
  /// How many were asked for, where that was another number than the pipeline's; nil when the address says it.
  var asked: Int?
  /// Records in all, as this page says.
  var total: Int?
  /// The vendor's link to the next page or token of it, as written.
  var nextLink: String?
  /// Whether another page follows, as this one says.
  var hasMore: Bool?
  /// Where the first and the last record stand in the order that was asked for.
  var first: RecordPosition?
  var last: RecordPosition?
  /// Where the page was found: what a relative link starts from.
  var address: WebAddress
  var fingerprint: PageFingerprint

  /// Whether it holds fewer records than were asked for: `size`, unless it was another number.
  func isShort(of size: Int) -> Bool { records < asked ?? size }
}

/// Where a record stands in an order: the values of the fields that are ordered by, as the vendor wrote them.
struct RecordPosition: Equatable, Sendable {
  var values: [JSONValue]
}
