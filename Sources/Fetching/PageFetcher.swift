internal import FoundationEssentials
internal import NIOCore
internal import PipelineConfig

/// Gets one page, whatever it takes: pacing, tries, taking apart.
struct PageFetcher: Sendable {
  let feed: Feed
  let client: VendorClient
  let worker: PageWorker
  let retrying: Retrying

  /// - Throws: ``FetchError`` when the page is given up, `CancellationError`.
  func fetch(_ request: PageRequest) async throws -> FetchedPage {
    try await retrying.run(request) { size in
      let sent = Date.now
      let address =
        request.sizeParameter.map { request.address.replacing($0, with: String(size)) } ?? request.address
      let preferences = feed.pagination.isOData ? "odata.maxpagesize=\(size)" : nil
      let response = try await client.get(address, preferences: preferences)
      let received = Date.now
      // What is said to be used up is left alone before the vendor has to refuse.
      let hold = RateHeaders.wait(
        response.headers,
        status: response.status,
        now: VendorClock.now(response.headers)
      )
      let arrival = Arrival.now(bytes: response.body.readableBytes, hold: hold)
      // An answer that is no page is a failed try like any other, so it is looked at here.
      let page: Page
      do { page = try await worker.split(response) } catch let error as RequestFailure {
        var failure = error
        failure.bytes = arrival.bytes
        throw failure
      }
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
        exchange: (sent, received, response.date)
      )
      return (fetched, arrival)
    }
  }
}

/// A page that came, and what paging needs to know of it.
struct FetchedPage: Sendable {
  var request: PageRequest
  var page: Page
  var facts: PageFacts
  /// When it was asked for and when it was there, by this machine's clock, and the vendor's own time.
  var exchange: (sent: Date, received: Date, date: String?)

  /// By the vendor's clock, no later than when the request went out.
  var vendorTime: Date {
    VendorClock.beginning(sent: exchange.sent, received: exchange.received, date: exchange.date)
  }
}
