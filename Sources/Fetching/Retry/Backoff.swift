internal import PipelineConfig

/// When to try again: a pure function of what happened, so that a test needs no waiting.
enum Backoff {
  enum Decision: Equatable, Sendable {
    case wait(Duration)
    /// No further try; the text says why, when the failure alone does not.
    case giveUp(String?)

    /// Nil when there is no further try.
    var wait: Duration? { if case .wait(let wait) = self { wait } else { nil } }
  }

  /// Longest wait that is chosen here, whatever the number of tries. A vendor may ask for a longer one.
  static let waitMax = Duration.seconds(60)

  /// What to do after the try number `attempt`, counted from 1, failed, `elapsed` after the first one began.
  static func decide(
    _ failure: RequestFailure,
    attempt: Int,
    elapsed: Duration,
    settings: Source.Retry,
    random: inout some RandomNumberGenerator
  ) -> Decision {
    guard attempt < min(settings.attempts, failure.kind.attemptsMax ?? .max) else { return .giveUp(nil) }
    var wait = jittered(attempt: attempt, first: settings.firstDelay, random: &random)
    if let asked = failure.retryAfter {
      // Never earlier than the vendor says. The jitter keeps several workers from coming back in one moment.
      wait = asked + min(wait, settings.firstDelay)
    }
    guard elapsed + wait <= settings.budget else {
      let asked = failure.retryAfter.map { "the vendor asks to wait \(seconds($0))" }
      return .giveUp(asked ?? "no time left of \(seconds(settings.budget))")
    }
    return .wait(wait)
  }

  /// Full jitter: anything from nothing to a bound that doubles with each try.
  ///
  /// Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
  static func jittered(attempt: Int, first: Duration, random: inout some RandomNumberGenerator) -> Duration {
    // From the twentieth doubling on every first delay is beyond the maximum.
    let bound = min(waitMax, first * (1 << min(attempt - 1, 20)))
    return bound * Double.random(in: 0...1, using: &random)
  }

  private static func seconds(_ duration: Duration) -> String {
    let seconds = duration / .seconds(1)
    return seconds == seconds.rounded() ? "\(Int(seconds)) s" : "\(seconds) s"
  }
}
