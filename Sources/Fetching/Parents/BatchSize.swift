internal import Synchronization

/// How many parents a vendor takes in one request, found out by asking.
///
/// Begins with what the pipeline says. A refusal halves it; between the largest batch that was taken and the smallest
/// that was refused it looks for the border, so that a vendor that takes ten is soon asked for ten.
final class BatchSize: Sendable {
  /// How the keys of a batch are written.
  enum Form: String, Sendable {
    /// `key in ('a','b')`
    case list = "in"
    /// `key eq 'a' or key eq 'b'`, for vendors that know no `in`.
    case alternatives = "or"
  }

  struct State: Equatable, Sendable {
    var form = Form.list
    /// Largest that was taken; 0 when none was yet.
    var taken = 0
    /// Smallest that was refused; nil when none was.
    var refused: Int?
  }

  private let most: Int
  private let state: Mutex<State>

  /// Most keys with `or` to begin with: some vendors take no more than five.
  static let alternativesMax = 20

  init(most: Int, state: State = State()) {
    self.most = most
    self.state = Mutex(state)
  }

  var learned: State { state.withLock { $0 } }
  var form: Form { state.withLock(\.form) }

  /// Keys for the next batch.
  var current: Int {
    state.withLock { state in
      let most = state.form == .list ? most : min(most, Self.alternativesMax)
      guard let refused = state.refused else { return most }
      if refused - state.taken <= 1 { return max(1, state.taken) }
      return min(most, max(1, (state.taken + refused) / 2))
    }
  }

  func took(_ count: Int, _ form: Form) {
    state.withLock { state in
      guard form == state.form, count > state.taken else { return }
      state.taken = count
      // What was refused once may have been too slow once.
      if let refused = state.refused, refused <= count { state.refused = nil }
    }
  }

  /// - Returns: Whether there is another way to ask for them: fewer at once, or another form.
  func refused(_ count: Int, _ form: Form) -> Bool {
    state.withLock { state in
      guard form == state.form else { return true }
      // One key alone is asked for without `in`, so two that are refused speak against the form.
      if form == .list, count <= 2 {
        state = State(form: .alternatives)
        return true
      }
      guard count > 1 else { return false }
      if count <= state.taken { state.taken = 0 }
      state.refused = min(state.refused ?? count, count)
      return true
    }
  }
}
