internal import Synchronization

/// Counts of what goes on at once; the other counts have one writer.
final class FetchCounters: Sendable {
  private let requestCount = Atomic<Int>(0)
  private let retryCount = Atomic<Int>(0)
  private let batchPageCount = Atomic<Int>(0)

  var requests: Int { requestCount.load(ordering: .relaxed) }
  var retries: Int { retryCount.load(ordering: .relaxed) }

  func requestSent() { requestCount.add(1, ordering: .relaxed) }
  func retried() { retryCount.add(1, ordering: .relaxed) }

  /// The place in the run, from 1, of a page that came in one of several batches at once.
  func nextBatchPage() -> Int { batchPageCount.add(1, ordering: .relaxed).newValue }

  /// What a run says of itself.
  func summary(_ totals: SegmentTotals, pages: Int) -> [String: Int] {
    [
      "pages": pages,
      "records": totals.records,
      "bytes": totals.bytes,
      "segments": totals.segments,
      "requests": requests,
      "retries": retries,
    ]
  }
}
