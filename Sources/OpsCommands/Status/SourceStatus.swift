internal import FoundationEssentials
internal import Spool

/// How a vendor stands with the programs that ask it: its circuit breaker, and whether it wants to be left alone.
struct SourceStatus: Equatable {
  let name: String
  let state: SourceState
  /// Milliseconds since 1970.
  private let now: Int

  init(_ name: String, _ state: SourceState, now: Int) { (self.name, self.state, self.now) = (name, state, now) }

  /// As the spool knows it, by which all programs go.
  ///
  /// - Throws: `SpoolError`.
  init(_ name: String, in spool: Spool) throws {
    let now = Int(Date.now.timeIntervalSince1970 * 1000)
    self.init(name, try spool.sourceState(name) ?? SourceState(), now: now)
  }

  var breaker: SourceState.Breaker { state.breaker(at: now) }
  /// Until the breaker lets trials through.
  var openSeconds: Int { seconds(until: state.openUntil) }
  /// Until the vendor may be asked again, as it said itself.
  var heldSeconds: Int { seconds(until: state.heldUntil) }

  private func seconds(until time: Int) -> Int { max(0, (time - now + 999) / 1000) }

  /// What a person should know; nil when requests go out as ever.
  var note: String? {
    switch breaker {
    case .open:
      return
        "source \(name): the breaker is open after failures in a row; trials in \(AgeText.text(seconds: openSeconds))"
    case .halfOpen: return "source \(name): the breaker is half open; the next requests are trials"
    case .closed:
      guard heldSeconds > 0 else { return nil }
      return "source \(name): the vendor wants to be left alone for \(AgeText.text(seconds: heldSeconds))"
    }
  }

  var json: JSONLine {
    var line = JSONLine()
    line.add("name", name)
    line.add("breaker", breaker.rawValue)
    line.add("open_seconds", openSeconds)
    line.add("held_seconds", heldSeconds)
    line.add("failures", state.failures)
    line.add("openings", state.openings)
    line.add("requests", state.requests)
    return line
  }
}
