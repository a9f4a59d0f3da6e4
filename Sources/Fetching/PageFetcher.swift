internal import FoundationEssentials
internal import PipelineConfig

/// Gets one page, whatever it takes: pacing, tries, taking apart.
struct PageFetcher: Sendable {
  let client: VendorClient
  let worker: PageWorker
  let retrying: Retrying

  /// - Throws: ``FetchError`` when the page is given up, `CancellationError`.
  func fetch(_ request: PageRequest) async throws -> FetchedPage {
    try await retrying.run(request) {
      let sent = Date.now
      let response = try await client.get(request.address)
      let received = Date.now
      // An answer that is no page is a failed try like any other, so it is looked at here.
      let page = try await worker.split(response)
      return FetchedPage(
        request: request,
        page: page,
        facts: PageFacts(
          number: request.number,
          records: page.records.count,
          total: page.total,
          nextLink: page.nextLink,
          address: response.address,
          fingerprint: page.fingerprint
        ),
        vendorTime: VendorClock.beginning(sent: sent, received: received, date: response.date)
      )
    }
  }
}

/// A page that came, and what paging needs to know of it.
struct FetchedPage: Sendable {
  var request: PageRequest
  var page: Page
  var facts: PageFacts
  /// By the vendor's clock, no later than when the request went out.
  var vendorTime: Date
}
