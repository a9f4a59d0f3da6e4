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
    try await retrying.run(request) { turn in
      let sent = Date.now
      let size = retrying.flow.pageSize
      let address = sizeParameter.map { request.address.replacing($0, with: String(size)) } ?? request.address
      let preferences = feed.pagination.isOData ? "odata.maxpagesize=\(size)" : nil
      let response = try await client.get(address, preferences: preferences)
      let received = Date.now
      retrying.gate.arrived(turn, bytes: response.body.readableBytes)
      let clock = response.date.flatMap { HTTPDate.seconds($0) }.map(Double.init) ?? received.timeIntervalSince1970
      if let wait = RateHeaders.wait(response.headers, isRefusal: false, now: clock) {
        // What is said to be used up is left alone before the vendor has to refuse.
        try retrying.gate.hold(for: wait)
      }
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
          hasMore: page.hasMore,
          first: page.first,
          last: page.last,
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

extension PageFetcher {
  /// The parameter that may be changed from page to page. Pages that have numbers must all have one size, and a vendor's own
  /// link is asked for as written, with another preference.
  private var sizeParameter: String? {
    switch feed.pagination {
    case .odata(let paging): paging.walk == .keyset ? "$top" : nil
    case .pageNumber: nil
    case .rest(let paging): paging.position.parameter == nil ? nil : paging.sizeParameter
    }
  }
}
