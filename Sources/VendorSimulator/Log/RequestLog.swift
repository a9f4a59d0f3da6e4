internal import HTTPTypes
internal import Hummingbird
internal import JSONText
internal import Synchronization

/// Every request that came, exactly counted: a test reads here what the vendor would hold against its client.
///
/// Counts are of all requests; of single requests the latest ``entriesMax`` are kept.
final class RequestLog: Sendable {
  private struct State {
    var entries: [LogEntry] = []
    /// Where the oldest entry is once the log is full.
    var oldest = 0
    var summary = LogSummary()
    var underWay = 0
    var windows = LogSummary.windows.map { SlidingCount(microseconds: $0.microseconds) }
  }

  /// Requests that are kept one by one.
  let entriesMax: Int
  private let state = Mutex(State())

  private static let credentialNames = ["authorization", "x-api-key", "cookie", "proxy-authorization"]

  init(entriesMax: Int) { self.entriesMax = entriesMax }

  func begin(_ request: Request) -> Visit {
    let shape = RequestShape(request)
    let credentials = request.headers.map(\.name.canonicalName).filter(Self.credentialNames.contains)
    return state.withLock { state in
      let now = Moment.now()
      state.underWay += 1
      state.summary.requests += 1
      state.summary.concurrencyHighest = max(state.summary.concurrencyHighest, state.underWay)
      state.summary.keys += shape.keyCount
      if !credentials.isEmpty { state.summary.withCredentials += 1 }
      for index in state.windows.indices { state.windows[index].add(now) }
      return Visit(
        number: state.summary.requests,
        method: request.method.rawValue,
        shape: shape,
        started: now,
        concurrent: state.underWay,
        credentials: credentials,
        authority: request.head.authority ?? ""
      )
    }
  }

  /// Notes that a request has ended; without a status there was no answer.
  func end(_ visit: Visit, status: Int?, bodyBytes: Int) {
    let entry = LogEntry(visit, ended: .now(), status: status, bodyBytes: bodyBytes)
    state.withLock { state in
      state.underWay -= 1
      state.summary.add(entry)
      guard entriesMax > 0 else { return }
      if state.entries.count < entriesMax {
        state.entries.append(entry)
      } else {
        state.entries[state.oldest] = entry
        state.oldest = (state.oldest + 1) % entriesMax
      }
    }
  }

  /// Forgets what was; requests that are under way stay under way.
  func clear() {
    state.withLock { state in
      let underWay = state.underWay
      state = State()
      state.underWay = underWay
    }
  }

  /// Requests that have ended, in that order, those with a number above `number`.
  func entries(after number: Int) -> [LogEntry] {
    state.withLock { state in
      (state.entries[state.oldest...] + state.entries[..<state.oldest]).filter { $0.visit.number > number }
    }
  }

  var summary: LogSummary {
    state.withLock { state in
      var summary = state.summary
      summary.underWay = state.underWay
      summary.highest = state.windows.map(\.highest)
      return summary
    }
  }
}
