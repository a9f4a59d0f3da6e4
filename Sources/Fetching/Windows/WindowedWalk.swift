internal import FoundationEssentials
internal import JSONText
internal import Logging
internal import PipelineConfig
internal import Spool

/// The walk through a full run that is cut into parts: several parts at once, one page of each, written as they come.
struct WindowedWalk: FeedWalk {
  private let query: FeedQuery
  private let fetcher: PageFetcher
  /// How often the open segment's age is looked at.
  private let tick: Duration
  private let progress: WalkProgress

  private var plan: WindowPlan
  private var inFlight = 0
  private(set) var totals: SegmentTotals
  private(set) var began: Date?

  private enum Event {
    case page(Int, Result<FetchedPage, any Error>)
    case tick
  }

  init(
    _ query: FeedQuery,
    _ windows: BackfillWindows,
    fetcher: PageFetcher,
    segmentTime: Duration,
    stand: Checkpoint.Stand,
    began: Date?,
    progress: @escaping WalkProgress
  ) {
    self.query = query
    self.fetcher = fetcher
    self.began = began
    self.progress = progress
    tick = segmentTime / 5
    totals = stand.totals
    plan = WindowPlan(query, windows, now: Date.now.milliseconds / 1000)
    // Of a run that begins there is nothing to restore.
    _ = plan.restore(stand.position)
  }

  var pages: Int { plan.pagesRead }
  var expected: Int? { plan.expected }
  var isComplete: Bool { plan.isFinished }
  /// Parts come side by side, whatever the versions in them.
  var isInOrder: Bool { false }
  /// A backfill has not been asked for before.
  var firstAnswer: (address: WebAddress, tag: String)? { nil }

  mutating func run() async throws {
    try await withThrowingTaskGroup(of: Event.self) { group in
      defer { group.cancelAll() }
      group.addTask { [tick] in await Self.sleep(tick) }
      ask(&group)
      while !plan.isFinished, let event = try await group.next() {
        try Task.checkCancellation()
        switch event {
        case .tick:
          try await fetcher.worker.publishIfDue()
          group.addTask { [tick] in await Self.sleep(tick) }
        case .page(let part, let result):
          inFlight -= 1
          try await take(result, of: part, &group)
        }
      }
    }
    guard Paginator.isShort(plan.recordsRead, of: plan.expected), let expected = plan.expected else { return }
    let problem = PagingProblem.cutShort(records: plan.recordsRead, expected: expected)
    throw FetchError(feed: query.feed.name, address: query.base, problem)
  }

  /// One page of a part. The part's next one is asked for before this one is written, so that vendor and disk work at once.
  private mutating func take(
    _ result: Result<FetchedPage, any Error>,
    of part: Int,
    _ group: inout ThrowingTaskGroup<Event, any Error>
  ) async throws {
    let fetched: FetchedPage
    do { fetched = try result.get() } catch let error as FetchError {
      guard let refusal = error.refusal, plan.refused(refusal, of: part) else { throw error }
      fetcher.retrying.logger.notice(
        "going on another way",
        metadata: ["feed": "\(query.feed.name)", "because": "\(error.message)"]
      )
      return ask(&group)
    }
    // Of several first answers the earliest counts, and they come in any order.
    began = began.map { min($0, fetched.vendorTime) } ?? fetched.vendorTime
    do throws(PagingProblem) {
      try plan.pageRead(fetched.facts, of: part, room: fetcher.retrying.flow.concurrency - inFlight)
    } catch {
      throw FetchError(feed: query.feed.name, address: fetched.facts.address, error)
    }
    ask(&group)
    let request = fetched.request
    totals = try await fetcher.worker.store(
      fetched.page,
      from: PageSource(number: plan.pagesRead) { [query] in query.shown(request.address) },
      room: .max,
      after: plan.position,
      began: began ?? fetched.vendorTime,
      expected: plan.expected
    )
    progress(totals, plan.pagesRead, plan.expected)
  }

  private mutating func ask(_ group: inout ThrowingTaskGroup<Event, any Error>) {
    while inFlight < fetcher.retrying.flow.concurrency, let (part, request) = plan.nextRequest() {
      inFlight += 1
      group.addTask { [fetcher] in
        do { return .page(part, .success(try await fetcher.fetch(request))) } catch {
          return .page(part, .failure(error))
        }
      }
    }
  }

  private static func sleep(_ time: Duration) async -> Event {
    try? await Task.sleep(for: time)
    return .tick
  }
}
