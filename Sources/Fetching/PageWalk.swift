internal import FoundationEssentials
internal import Logging
internal import PipelineConfig
internal import Spool
internal import Telemetry

/// The way through all pages of a run.
protocol FeedWalk {
  /// - Throws: ``FetchError``, `SpoolError`, `CancellationError`. What was published stays.
  mutating func run() async throws

  var pages: Int { get }
  /// Records in all, as the vendor says.
  var expected: Int? { get }
  /// Every record that the vendor has was written.
  var isComplete: Bool { get }
  /// A record that changes during the walk comes behind all that was read before.
  var isInOrder: Bool { get }
  /// The vendor's time when the first request went out.
  var began: Date? { get }
  /// The address and the vendor's tag of the answer that the walk began with.
  var firstAnswer: (address: WebAddress, tag: String)? { get }
}

/// Told after each page: what was written, how many pages were read, how many records there are in all.
typealias WalkProgress = (_ totals: SegmentTotals, _ pages: Int, _ expected: Int?) -> Void

/// The walk through all pages of a run in their order: asks for several at once where paging allows it, and writes them in their
/// order.
struct PageWalk: FeedWalk {
  private let query: FeedQuery
  private let fetcher: PageFetcher
  private let worker: PageWorker
  private let limit: Int?
  /// How often the open segment's age is looked at.
  private let tick: Duration
  private let progress: WalkProgress
  /// The answer to the first request that is known already.
  private let known: KnownAnswer?
  private let logger: Logger

  private var paginator: Paginator
  /// Pages that came before their turn.
  private var early: [Int: Result<FetchedPage, any Error>] = [:]
  private var inFlight = 0
  private(set) var totals: SegmentTotals
  /// Records of a page that an earlier run had begun to publish: they come twice.
  private let repeated: Int
  private(set) var began: Date?
  /// The address and the tag of the first answer.
  private(set) var firstAnswer: (address: WebAddress, tag: String)?

  private enum Event {
    case page(Int, Result<FetchedPage, any Error>)
    case tick
  }

  init(
    _ query: FeedQuery,
    fetcher: PageFetcher,
    worker: PageWorker,
    limit: Int?,
    segmentTime: Duration,
    stand: Checkpoint.Stand,
    began: Date?,
    known: KnownAnswer?,
    progress: @escaping WalkProgress
  ) {
    self.query = query
    self.fetcher = fetcher
    logger = fetcher.retrying.logger
    self.worker = worker
    self.limit = limit
    var paginator = Paginator(query)
    let isResumed = paginator.restore(stand.position)
    self.paginator = paginator
    totals = stand.totals
    repeated = isResumed ? stand.totals.records - paginator.recordsRead : 0
    self.began = began
    self.known = known
    tick = segmentTime / 5
    self.progress = progress
  }

  var pages: Int { paginator.pagesRead }
  var expected: Int? { paginator.expected }
  /// As far as the versions of the records are in order, which the segments tell.
  var isInOrder: Bool { true }
  var isComplete: Bool { paginator.isFinished && totals.records - repeated == paginator.recordsRead }

  private var isOver: Bool { paginator.isFinished || limit.map { totals.records >= $0 } ?? false }

  mutating func run() async throws {
    try await withThrowingTaskGroup(of: Event.self) { group in
      defer { group.cancelAll() }
      group.addTask { [tick] in await Self.sleep(tick) }
      ask(&group)
      while !isOver, let event = try await group.next() {
        try Task.checkCancellation()
        switch event {
        case .tick:
          try await worker.publishIfDue()
          group.addTask { [tick] in await Self.sleep(tick) }
        case .page(let number, let result):
          inFlight -= 1
          early[number] = result
          while !isOver, let next = early.removeValue(forKey: paginator.pagesRead + 1) {
            try await take(next, &group)
          }
        }
      }
    }
  }

  /// One page whose turn it is. The next are asked for before this one is written, so that vendor and disk work at
  /// once.
  private mutating func take(
    _ result: Result<FetchedPage, any Error>,
    _ group: inout ThrowingTaskGroup<Event, any Error>
  ) async throws {
    let fetched: FetchedPage
    do { fetched = try result.get() } catch let error as FetchError {
      guard let refusal = error.refusal, paginator.recover(from: refusal) else { throw error }
      logger.notice("going on another way", metadata: ["feed": "\(query.feed.name)", "because": "\(error.message)"])
      return ask(&group)
    }
    began = began ?? fetched.vendorTime
    if paginator.pagesRead == 0 { firstAnswer = fetched.tag.map { (fetched.asked, $0) } }
    do throws(PagingProblem) { try paginator.pageRead(fetched.facts) } catch {
      throw FetchError(feed: query.feed.name, address: fetched.facts.address, error)
    }
    let room = limit.map { $0 - totals.records } ?? .max
    if room > fetched.page.records.count { ask(&group) }
    let request = fetched.request
    let source = PageSource(number: request.number) { [query] in query.shown(request.address) }
    totals = try await worker.store(
      fetched.page,
      from: source,
      room: room,
      after: paginator.position,
      began: began ?? fetched.vendorTime,
      expected: limit.map { min($0, paginator.expected ?? $0) } ?? paginator.expected
    )
    progress(totals, paginator.pagesRead, paginator.expected)
  }

  /// Asks for as many pages as paging and the source's limits let go at once.
  private mutating func ask(_ group: inout ThrowingTaskGroup<Event, any Error>) {
    while inFlight + early.count < fetcher.retrying.flow.concurrency, var request = paginator.nextRequest() {
      inFlight += 1
      if request.number == 1 { request.known = known }
      group.addTask { [fetcher, request] in
        // A page ahead of its turn may fail and never be needed, so its failure waits for its turn.
        do { return .page(request.number, .success(try await fetcher.fetch(request))) } catch {
          return .page(request.number, .failure(error))
        }
      }
    }
  }

  private static func sleep(_ time: Duration) async -> Event {
    try? await Task.sleep(for: time)
    return .tick
  }
}
