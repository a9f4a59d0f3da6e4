internal import Synchronization

/// How much is asked at once: requests under way, and records a page. Down at once when the vendor struggles, up
/// slowly.
///
/// Additive increase, multiplicative decrease, as TCP does it (RFC 5681 §3.1).
final class FlowControl: Sendable {
  private struct State {
    var concurrency: Int
    var pageSize: Int
    /// Successes since the last change.
    var successes = 0
    /// Of pages, since the last change of their size.
    var pages = 0
    var lastCut: ContinuousClock.Instant?
  }

  private let concurrencyMax: Int
  private let pageSizes: ClosedRange<Int>
  private let pressure: @Sendable () -> Int
  private let state: Mutex<State>

  /// Successes after which one more request is let out at once.
  static let successesToRaise = 10
  /// Pages after which they may become a quarter larger.
  static let pagesToGrow = 20
  /// Pages do not become smaller than this part of what the pipeline asks for.
  static let pageShareMin = 20

  /// `pageSize` is what was learned in an earlier run; nil for the largest. `pressure` tells how many times what is under way
  /// is to be halved for lack of memory.
  init(
    concurrency: Int,
    pageSizeMax: Int,
    pageSize: Int? = nil,
    pressure: @escaping @Sendable () -> Int = { 0 }
  ) {
    concurrencyMax = concurrency
    self.pressure = pressure
    let pageSizes = max(1, pageSizeMax / Self.pageShareMin)...pageSizeMax
    self.pageSizes = pageSizes
    let size = pageSize.map { min(max($0, pageSizes.lowerBound), pageSizes.upperBound) } ?? pageSizeMax
    state = Mutex(State(concurrency: concurrency, pageSize: size))
  }

  /// Requests under way: each may hold a page.
  var concurrency: Int { max(1, state.withLock(\.concurrency) >> pressure()) }
  /// Records a page.
  var pageSize: Int { state.withLock(\.pageSize) }

  func succeeded() {
    state.withLock { state in
      state.successes += 1
      if state.successes >= Self.successesToRaise, state.concurrency < concurrencyMax {
        state.concurrency += 1
        state.successes = 0
      }
      state.pages += 1
      if state.pages >= Self.pagesToGrow, state.pageSize < pageSizes.upperBound {
        state.pageSize = min(pageSizes.upperBound, state.pageSize + max(1, state.pageSize / 4))
        state.pages = 0
      }
    }
  }

  /// `began` is when the request was sent: failures of requests that were under way together are one sign, not many.
  func failed(_ failure: RequestFailure, began: ContinuousClock.Instant = .now) {
    guard [.network, .timeout, .throttled, .server].contains(failure.kind) || failure.isTooLarge else { return }
    // A page that is too much work shows as no answer or as a fault; a throttled request says nothing of its size.
    let isSize = failure.kind == .timeout || failure.kind == .server || failure.isTooLarge
    state.withLock { state in
      if let last = state.lastCut, began < last { return }
      state.lastCut = .now
      if !failure.isTooLarge {
        state.concurrency = max(1, state.concurrency / 2)
        state.successes = 0
      }
      if isSize {
        state.pageSize = max(pageSizes.lowerBound, state.pageSize / 2)
        state.pages = 0
      }
    }
  }
}
