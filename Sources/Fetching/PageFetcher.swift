internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import PipelineConfig

/// Gets one page, whatever it takes: pacing, tries, taking apart.
struct PageFetcher: Sendable {
  let feed: Feed
  let client: VendorClient
  let worker: PageWorker
  let retrying: Retrying

  /// - Throws: ``FetchError`` when the page is given up, `CancellationError`.
  func fetch(_ request: PageRequest) async throws -> FetchedPage {
    var fetched = try await retrying.run(request) { size, redirected in
      let sent = Date.now
      let address =
        request.sizeParameter.map { request.address.replacing($0, with: String(size)) } ?? request.address
      let preferences = feed.pagination.isOData ? "odata.maxpagesize=\(size)" : nil
      // With another size of page it is another request.
      let known = request.known.flatMap { $0.address == KnownAnswer.digest(of: address) ? $0.tag : nil }
      let response = try await client.get(address, preferences: preferences, known: known, redirected: redirected)
      let (received, arrival) = (Date.now, Self.arrival(response))
      let page = response.isKnown ? Page() : try await split(response) { try await worker.split($0) }
      let fetched = FetchedPage(
        request: request,
        page: page,
        facts: PageFacts(
          number: request.number,
          records: page.records.count,
          asked: request.sizeParameter.map { _ in size },
          total: page.total,
          nextLink: page.nextLink,
          hasMore: page.hasMore,
          first: page.first,
          last: page.last,
          address: response.address,
          fingerprint: page.fingerprint
        ),
        exchange: (sent, received, response.date),
        asked: address,
        tag: response.headers.first(name: "ETag") ?? (response.isKnown ? known : nil)
      )
      return (fetched, arrival)
    }
    if feed.expandsLists {
      fetched.page = try await ExpandedLists(fetcher: self).complete(
        fetched.page,
        of: request,
        at: fetched.facts.address
      )
      // The tag is that of one answer, and tells nothing of the lists that were read on from it.
      fetched.tag = nil
    }
    return fetched
  }

  /// Gets a page of a list that `$expand` brought, and where it was found.
  ///
  /// - Throws: ``FetchError`` when the page is given up, `CancellationError`.
  func list(_ request: PageRequest) async throws -> (Page, WebAddress) {
    try await retrying.run(request) { _, redirected in
      let response = try await client.get(request.address, redirected: redirected)
      let arrival = Self.arrival(response)
      let page = try await split(response) { try await worker.splitList($0) }
      return ((page, response.address), arrival)
    }
  }

  /// An answer that is no page is a failed try like any other, and its bytes came all the same.
  private func split(_ response: VendorResponse, _ body: (VendorResponse) async throws -> Page) async throws -> Page {
    do { return try await body(response) } catch let error as RequestFailure {
      var failure = error
      failure.bytes = response.body.readableBytes
      throw failure
    }
  }

  /// What is said to be used up is left alone before the vendor has to refuse.
  private static func arrival(_ response: VendorResponse) -> Arrival {
    let headers = response.headers
    // The vendor's date is read only when something has to be compared with it.
    let hold = RateHeaders.wait(headers, status: response.status, now: VendorClock.now(headers))
    return .now(bytes: response.body.readableBytes, hold: hold)
  }
}

extension Feed {
  /// Records come with lists of other records in them, and the vendor may page these.
  fileprivate var expandsLists: Bool { pagination.isOData && query.contains { $0.name == "$expand" } }
}

/// A page that came, and what paging needs to know of it.
struct FetchedPage: Sendable {
  var request: PageRequest
  var page: Page
  var facts: PageFacts
  /// When it was asked for and when it was there, by this machine's clock, and the vendor's own time.
  var exchange: (sent: Date, received: Date, date: String?)
  /// The address that it was asked for at, before redirects.
  var asked: WebAddress
  /// The vendor's mark of this very answer.
  var tag: String?

  /// By the vendor's clock, no later than when the request went out.
  var vendorTime: Date {
    VendorClock.beginning(sent: exchange.sent, received: exchange.received, date: exchange.date)
  }
}
