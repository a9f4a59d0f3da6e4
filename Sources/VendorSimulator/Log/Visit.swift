internal import Synchronization

/// One request on its way through the vendor, and what was found out about it.
final class Visit: Sendable {
  struct Notes: Sendable {
    /// The rule that spoilt the answer.
    var fault: String?
    /// The limits that the request went over.
    var violations: [String] = []
    /// Status and bytes of an answer that was not sent as HTTP has it.
    var sentStatus: Int?
    var sentBytes = 0
  }

  /// Counts requests from 1, from the start of the program or the last time the log was emptied.
  let number: Int
  let method: String
  let shape: RequestShape
  let started: Moment
  /// Requests under way when this one came, itself included.
  let concurrent: Int
  /// Names of the headers that can prove who sends a request, as far as they came.
  let credentials: [String]
  /// `host:port` that the client asked for.
  let authority: String
  private let state = Mutex(Notes())

  init(
    number: Int,
    method: String,
    shape: RequestShape,
    started: Moment,
    concurrent: Int,
    credentials: [String],
    authority: String
  ) {
    (self.number, self.method, self.shape, self.started) = (number, method, shape, started)
    (self.concurrent, self.credentials, self.authority) = (concurrent, credentials, authority)
  }

  var notes: Notes { state.withLock { $0 } }

  func note(_ change: (inout Notes) -> Void) { state.withLock { change(&$0) } }
}
