import PipelineConfig
import TestSupport
import Testing

@testable import Fetching

/// Which page comes next, decided without a server.
struct PaginatorTests {
  private static func paginator(_ style: FetchTrial.Style) throws -> Paginator {
    let trial = try FetchTrial("http://vendor.example/api", style: style)
    return Paginator(try FeedQuery(trial.pipeline.feed(named: "cars"), since: nil))
  }

  private static func next(_ paginator: inout Paginator) throws -> PageRequest {
    let request = paginator.nextRequest()
    return try #require(request)
  }

  private static func facts(
    _ request: PageRequest,
    _ records: Int,
    total: Int? = nil,
    next: String? = nil,
    digest: Int? = nil
  ) -> PageFacts {
    let text = Array("\(digest ?? request.number)".utf8)
    return PageFacts(
      number: request.number,
      records: records,
      total: total,
      nextLink: next,
      address: request.address,
      fingerprint: PageFingerprint(text.span)
    )
  }

  @Test("OData: neither an empty nor a short page is an end, a page without a link is")
  func links() throws {
    var paginator = try Self.paginator(.odata)
    for (records, next) in [(100, "?a"), (0, "?b"), (3, "?c"), (100, nil)] {
      let request = try Self.next(&paginator)
      let later = paginator.nextRequest()
      #expect(later == nil)
      #expect(!paginator.isFinished)
      try paginator.pageRead(Self.facts(request, records, next: next))
    }
    let last = paginator.nextRequest()
    #expect(paginator.isFinished && last == nil)
    #expect(paginator.recordsRead == 203)
  }

  @Test("OData: links that lead back, elsewhere, or on and on without a record end the walk with their reason")
  func badLinks() throws {
    var paginator = try Self.paginator(.odata)
    let first = try Self.next(&paginator)
    var walk = paginator
    #expect(throws: PagingProblem.loop(page: 1)) { try walk.pageRead(Self.facts(first, 1, next: first.address.text)) }
    walk = paginator
    #expect(throws: PagingProblem.self) {
      try walk.pageRead(Self.facts(first, 1, next: "https://vendor.example/api/cars?2"))
    }
    walk = paginator
    #expect(throws: PagingProblem.badLink(page: 1, .userInfo)) {
      try walk.pageRead(Self.facts(first, 1, next: "http://x@vendor.example/api/cars?2"))
    }
    try paginator.pageRead(Self.facts(first, 1, next: "?0"))
    #expect(throws: PagingProblem.emptyPages(Trail.emptyPagesMax)) {
      for number in 1...Trail.emptyPagesMax {
        let request = try Self.next(&paginator)
        try paginator.pageRead(Self.facts(request, 0, next: "?\(number)"))
      }
    }
  }

  @Test("page numbers: ends when the newest total is reached, and not at a short page while it says more")
  func numbers() throws {
    var paginator = try Self.paginator(.rest)
    for (records, total) in [(2, 5), (1, 6), (2, 6), (1, 6)] {
      #expect(!paginator.isFinished)
      let request = try Self.next(&paginator)
      try paginator.pageRead(Self.facts(request, records, total: total))
    }
    #expect(paginator.isFinished && paginator.expected == 6)
  }

  @Test("page numbers: without a total an empty page is the end")
  func untilEmpty() throws {
    var paginator = try Self.paginator(.rest)
    for records in [2, 1, 2, 0] {
      let request = try Self.next(&paginator)
      try paginator.pageRead(Self.facts(request, records))
    }
    #expect(paginator.isFinished && paginator.recordsRead == 5)
  }

  @Test("page numbers: once the total is known, as many pages are asked for at once as it speaks of")
  func ahead() throws {
    var paginator = try Self.paginator(.rest)
    let first = try Self.next(&paginator)
    let later = paginator.nextRequest()
    #expect(later == nil)
    try paginator.pageRead(Self.facts(first, 2, total: 10))
    var asked: [String] = []
    while asked.count < 20, let request = paginator.nextRequest() { asked.append(request.address.query ?? "") }
    #expect(asked == (2...5).map { "page=\($0)&page_size=2" })
  }

  @Test("a page that holds what another held is no progress", arguments: [FetchTrial.Style.odata, .rest])
  func repeated(style: FetchTrial.Style) throws {
    var paginator = try Self.paginator(style)
    let first = try Self.next(&paginator)
    try paginator.pageRead(Self.facts(first, 2, total: 10, next: "?x", digest: 7))
    let second = try Self.next(&paginator)
    #expect(throws: PagingProblem.repeatedPage(2, of: 1)) {
      try paginator.pageRead(Self.facts(second, 2, total: 10, next: "?y", digest: 7))
    }
  }

  @Test(
    "pages that end more than a fiftieth before the announced total are an error",
    arguments: [(98, true), (97, false)]
  )
  func cutShort(records: Int, isEnough: Bool) throws {
    var paginator = try Self.paginator(.odata)
    let request = try Self.next(&paginator)
    if isEnough {
      try paginator.pageRead(Self.facts(request, records, total: 100))
      #expect(paginator.isFinished)
    } else {
      #expect(throws: PagingProblem.cutShort(records: records, expected: 100)) {
        try paginator.pageRead(Self.facts(request, records, total: 100))
      }
    }
  }
}
