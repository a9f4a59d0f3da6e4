internal import FoundationEssentials
internal import JSONText
internal import PipelineConfig

/// Asks for the children of many parents: in batches, several at once, each read to its end.
struct BatchWalk: Sendable {
  let feed: Feed
  let fetcher: PageFetcher
  let keys: ParentKeys
  let size: BatchSize
  /// The open segment is published when it is as old as this.
  let segmentTime: Duration
  let progress: @Sendable (SegmentTotals, BatchCounts) -> Void

  /// Longest address that is asked for. Vendors' servers take 8 KiB of a request line by default, and some proxies
  /// less.
  static let addressByteCountMax = 6_000

  /// How often a batch is halved for what a vendor that is down would answer as well.
  static let doubtfulHalvingsMax = 3

  private enum Event: Sendable {
    /// The next keys; none at the end.
    case keys([String])
    case batch(Done)
    case tick
  }

  /// What a batch came to.
  private struct Done: Sendable {
    var totals = SegmentTotals()
    var parents: Int
    var pages = 0
  }

  /// - Returns: How they were asked for.
  /// - Throws: ``FetchError``, `SpoolError`, `CancellationError`. What was published stays.
  func run() async throws -> BatchCounts {
    var (totals, counts) = (SegmentTotals(), BatchCounts())
    try await withThrowingTaskGroup(of: Event.self) { group in
      defer { group.cancelAll() }
      group.addTask { await Self.tick(segmentTime / 5) }
      var (underWay, isReading, isAtEnd) = (0, false, false)
      while true {
        if !isAtEnd, !isReading, underWay < fetcher.retrying.flow.concurrency {
          isReading = true
          // As many keys as the vendor takes. Whoever writes them may be slow, and nothing else waits for that.
          group.addTask { .keys(try await keys.next(most: size.current)) }
        }
        guard isReading || underWay > 0, let event = try await group.next() else { break }
        switch event {
        case .keys(let batch):
          (isReading, isAtEnd) = (false, batch.isEmpty)
          if isAtEnd { break }
          underWay += 1
          // A batch that does not fit into an address is halved.
          group.addTask { .batch(try await fetch(batch)) }
        case .tick:
          try await fetcher.worker.publishIfDue()
          group.addTask { await Self.tick(segmentTime / 5) }
        case .batch(let done):
          underWay -= 1
          counts.parents += done.parents
          counts.pages += done.pages
          counts.batches += 1
          if done.totals.records >= totals.records { totals = done.totals }
          progress(totals, counts)
        }
      }
    }
    return counts
  }

  private static func tick(_ time: Duration) async -> Event {
    try? await Task.sleep(for: time)
    return .tick
  }

  private func fetch(_ keys: [String]) async throws -> Done {
    var done = Done(parents: keys.count)
    var waiting = [keys]
    var doubtful = 0
    while let batch = waiting.popLast() {
      let form = size.form
      let query = try FeedQuery(feed, since: nil, children: (batch, form))
      guard batch.count == 1 || query.firstAddressByteCount <= Self.addressByteCountMax else {
        waiting += Self.halves(batch)
        continue
      }
      do {
        done.pages += try await read(query, &done.totals)
        size.took(batch.count, form)
      } catch let error as FetchError {
        guard let refusal = error.refusal, refusal.mayBeSize else { throw error }
        doubtful += refusal.isDoubtful ? 1 : 0
        // What was written of the batch is asked for once more; merge knows it again.
        guard doubtful <= Self.doubtfulHalvingsMax, size.refused(batch.count, form) else { throw error }
        waiting += batch.count > 1 ? Self.halves(batch) : [batch]
      }
    }
    return done
  }

  private static func halves(_ keys: [String]) -> [[String]] {
    [Array(keys[(keys.count / 2)...]), Array(keys[..<(keys.count / 2)])]
  }

  /// One batch from its first page to its last.
  private func read(_ query: FeedQuery, _ totals: inout SegmentTotals) async throws -> Int {
    var paginator = Paginator(query)
    while let request = paginator.nextRequest() {
      let fetched: FetchedPage
      do { fetched = try await fetcher.fetch(request) } catch let error as FetchError {
        guard let refusal = error.refusal, paginator.pagesRead > 0, paginator.recover(from: refusal) else {
          throw error
        }
        continue
      }
      do throws(PagingProblem) { try paginator.pageRead(fetched.facts) } catch {
        throw FetchError(feed: feed.name, address: fetched.facts.address, error)
      }
      totals = try await fetcher.worker.store(
        fetched.page,
        from: PageSource(number: fetcher.retrying.counters.nextBatchPage()) { query.shown(request.address) },
        room: .max,
        after: .null,
        began: fetched.vendorTime,
        expected: nil
      )
    }
    return paginator.pagesRead
  }
}

/// How the children of many parents were asked for.
struct BatchCounts: Equatable, Sendable {
  var parents = 0
  var batches = 0
  var pages = 0
}

extension PageRefusal {
  /// Whether fewer keys may be taken: RESO vendors answer 400 or 501 to a filter that they do not like, servers 413 and
  /// 414 to one that is too long, and slow ones nothing.
  fileprivate var mayBeSize: Bool { isDoubtful || [400, 413, 414, 431, 501].contains(status) }

  /// Whether a vendor that is down, whatever it is asked, would have answered the same.
  fileprivate var isDoubtful: Bool { isTimeout || [408, 500, 504].contains(status) }
}
