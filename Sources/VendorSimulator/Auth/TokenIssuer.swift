internal import Synchronization

/// The tokens that an OAuth2 vendor has given out and still takes.
final class TokenIssuer: Sendable {
  private struct State {
    var expiries: [String: ContinuousClock.Instant] = [:]
  }

  /// Most tokens that are good at a time; the one that ends first goes for a new one.
  static let tokensMax = 10_000

  private let state = Mutex(State())

  func issue(for lifetime: Duration) -> String {
    let token =
      "at-" + String(UInt64.random(in: .min ... .max), radix: 36) + String(UInt64.random(in: .min ... .max), radix: 36)
    state.withLock { state in
      if state.expiries.count >= Self.tokensMax, let first = state.expiries.min(by: { $0.value < $1.value })?.key {
        state.expiries[first] = nil
      }
      state.expiries[token] = .now + lifetime
    }
    return token
  }

  func accepts(_ token: String) -> Bool {
    state.withLock { state in
      guard let expiry = state.expiries[token] else { return false }
      if expiry > .now { return true }
      state.expiries[token] = nil
      return false
    }
  }

  /// Forgets every token; how many there were.
  func revokeAll() -> Int {
    state.withLock { state in
      defer { state.expiries = [:] }
      return state.expiries.count
    }
  }
}
