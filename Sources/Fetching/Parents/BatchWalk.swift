internal import FoundationEssentials
internal import JSONText
internal import PipelineConfig

/// Asks for the children of many parents: in batches, several at once, each read to its end.
struct BatchWalk: Sendable {
  let feed: Feed
  let fetcher: PageFetcher
  let worker: PageWorker
  let keys: ParentKeys
  let size: BatchSize
  let plainParameters: Set<String>
  let progress: @Sendable (SegmentTotals, BatchCounts) -> Void

  /// Longest address that is asked for. Vendors' servers take 8 KiB of a request line by default, and some proxies less.
  static let addressByteCountMax = 6_000

  /// What a batch came to.
  private struct Done: Sendable {
    var totals: SegmentTotals
    var parents: Int
    var pages: Int
  }

  /// - Returns: What was written, and how it was asked for.
  /// - Throws: ``FetchError``, `SpoolError`, `CancellationError`. What was published stays.
  func run() async throws -> (totals: SegmentTotals, counts: BatchCounts) {
    var (totals, counts) = (SegmentTotals(), BatchCounts())
    try await withThrowingTaskGroup(of: Done.self) { group in
      var (underWay, isAtEnd) = (0, false)
      repeat {
        while !isAtEnd, underWay < fetcher.retrying.flow.concurrency {
          let batch = try await nextBatch()
          isAtEnd = batch.isEmpty
          if isAtEnd { break }
          underWay += 1
          group.addTask { try await fetch(batch) }
        }
        guard let done = try await group.next() else { break }
        underWay -= 1
        counts.parents += done.parents
        counts.pages += done.pages
        counts.batches += 1
        if done.totals.records >= totals.records { totals = done.totals }
        progress(totals, counts)
      } while underWay > 0 || !isAtEnd
    }
    return (totals, counts)
  }

  /// As many keys as the vendor takes, and as fit into an address.
  private func nextBatch() async throws -> [String] { try await keys.next(most: size.current) }

  private func fetch(_ keys: [String]) async throws -> Done {
    var done = Done(totals: SegmentTotals(), parents: keys.count, pages: 0)
    var waiting = [keys]
    while let batch = waiting.popLast() {
      let form = size.form
      let query = try FeedQuery(feed, since: nil, children: (batch, form))
      guard batch.count == 1 || query.firstAddressByteCount <= Self.addressByteCountMax else {
        waiting += Self.halves(batch)
        continue
      }
      do {
        let pages = try await read(query, &done)
        size.took(batch.count, form)
        done.pages += pages
      } catch let error as FetchError {
        // What was written of the batch is asked for once more; merge knows it again.
        guard let refusal = error.refusal, refusal.mayBeSize, size.refused(batch.count, form) else { throw error }
        waiting += batch.count > 1 ? Self.halves(batch) : [batch]
      }
    }
    return done
  }

  private static func halves(_ keys: [String]) -> [[String]] {
    [Array(keys[(keys.count / 2)...]), Array(keys[..<(keys.count / 2)])]
  }

  /// One batch from its first page to its last.
  private func read(_ query: FeedQuery, _ done: inout Done) async throws -> Int {
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
      let url = fetched.request.address.redacted(showing: plainParameters)
      done.totals = try await worker.store(
        fetched.page,
        from: PageSource(number: request.number, url: url),
        room: .max,
        after: .null,
        began: fetched.vendorTime
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
  /// Whether fewer keys may be taken: RESO vendors answer 400 or 501 to a filter that they do not like, servers 413 and 414 to
  /// one that is too long, and slow ones nothing.
  fileprivate var mayBeSize: Bool { isTimeout || [400, 408, 413, 414, 431, 500, 501, 504].contains(status) }
}
