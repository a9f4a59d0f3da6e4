internal import HTTPTypes

/// One page of a query's result: which rows, and what comes after.
struct PageWalk: Equatable, Sendable {
  /// Indices into the result.
  var rows: Range<Int>
  /// Where the next page begins; nil when this is the last.
  var hasMore: Bool
  /// Records sent by this page and those before it.
  var sent: Int
  var pageSize: Int

  /// Pages of a client that states no size.
  static let pageSizeDefault = 1_000
  /// Largest page, whatever a client asks.
  static let pageSizeMax = 10_000

  /// Decides the page, without looking at data.
  ///
  /// - Parameters:
  ///   - options: What the request asks.
  ///   - start: Index of the page's first row in the result.
  ///   - count: Rows of the result.
  ///   - window: Rows from the beginning of the result beyond which the vendor refuses to go, and most records of one
  ///     walk; nil for no such limit. The two differ when records that were sent are gone by the next page.
  /// - Throws: ``Refusal``, status 400, "total exceeds N", when the page lies beyond the window.
  init(_ options: QueryOptions, from start: Int, of count: Int, window: Int?) throws(Refusal) {
    let sentBefore = options.token?.sent ?? 0
    if let window {
      let (wanted, overflow) = options.skip.addingReportingOverflow(options.top ?? 0)
      // Who wants no record wants none beyond the window.
      let staysInside = max(start, sentBefore) < window || start >= count || options.top == 0
      guard !overflow, wanted <= window, staysInside else {
        throw Refusal(status: .badRequest, code: "RecordWindow", message: "The requested total exceeds \(window).")
      }
    }
    pageSize = options.pageSize ?? options.token?.pageSize ?? Self.pageSizeDefault
    let first = min(start, count)
    var length = min(pageSize, count - first)
    if let top = options.top { length = min(length, max(0, top - sentBefore)) }
    if let window { length = min(length, max(0, window - max(first, sentBefore))) }
    rows = first..<(first + length)
    let total = sentBefore + length
    sent = total
    hasMore = first + length < count && options.top.map { total < $0 } ?? true
  }
}
