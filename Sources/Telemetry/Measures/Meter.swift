internal import Synchronization

/// What a program measures of its own work: how long each kind of it takes, how much fails and why, and what it waits
/// for now.
///
/// Every event of ``Reporter`` carries the figures. They are few: their names are made of the cases below.
public final class Meter: Sendable {
  /// Kinds of work that are timed.
  public enum Work: String, CaseIterable, Sendable {
    /// One try of a request to the vendor, until its answer was there and taken apart.
    case request
    /// One segment, from its claim to what was made of it.
    case segment
    /// One statement to the database; a COPY with all its rows is one.
    case query
  }

  /// What holds work up that is not to be hurried.
  public enum Wait: String, CaseIterable, Sendable {
    /// The limits that the pipeline sets the source.
    case limits
    /// The vendor wants to be left alone, as it said.
    case vendor
    /// The source's circuit breaker is open.
    case breaker
    /// The spool or the disk is full.
    case room
    /// After a failure, before the next try.
    case retry
  }

  /// Something that has begun and not ended.
  public struct Ticket: Sendable {
    fileprivate var number: Int
  }

  fileprivate struct Busy {
    var histogram = LatencyHistogram()
    var failures: [String: Int] = [:]
    /// Begun and not ended, with the time that each began.
    var open: [Int: ContinuousClock.Instant] = [:]
    /// Most that were open at the same time.
    var most = 0
    /// Time in which at least one was open, up to when the last one of them ended.
    var busy = Duration.zero
    var busySince: ContinuousClock.Instant?
  }

  private struct Waiting {
    var why: Wait
    var since: ContinuousClock.Instant
    var until: ContinuousClock.Instant?
  }

  private struct State {
    var work: [Work: Busy] = [:]
    var waiting: [Int: Waiting] = [:]
    var waited: [Wait: Duration] = [:]
    var gauges: [String: Double] = [:]
    var number = 0
  }

  private let state = Mutex(State())

  public init() {}

  /// Work begins; give the ticket to ``end(_:of:failure:)``.
  public func begin(_ work: Work) -> Ticket {
    let now = ContinuousClock.now
    return state.withLock { state in
      state.number += 1
      var busy = state.work[work] ?? Busy()
      if busy.open.isEmpty { busy.busySince = now }
      busy.open[state.number] = now
      busy.most = max(busy.most, busy.open.count)
      state.work[work] = busy
      return Ticket(number: state.number)
    }
  }

  /// Work has ended. `failure` is its kind, one of a few words that the code knows; nil when it went well.
  public func end(_ ticket: Ticket, of work: Work, failure: String? = nil) {
    let now = ContinuousClock.now
    state.withLock { state in
      guard var busy = state.work[work], let began = busy.open.removeValue(forKey: ticket.number) else { return }
      busy.histogram.add(now - began)
      if let failure { busy.failures[failure, default: 0] += 1 }
      if busy.open.isEmpty, let since = busy.busySince {
        busy.busy += now - since
        busy.busySince = nil
      }
      state.work[work] = busy
    }
  }

  /// Work that was timed by somebody else.
  public func record(_ work: Work, _ time: Duration, failure: String? = nil) {
    state.withLock { state in
      state.work[work, default: Busy()].histogram.add(time)
      if let failure { state.work[work]?.failures[failure, default: 0] += 1 }
    }
  }

  /// Runs and times work that blocks.
  public func measure<Value, Failure: Error>(
    _ work: Work,
    _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let ticket = begin(work)
    do throws(Failure) {
      let value = try body()
      end(ticket, of: work)
      return value
    } catch {
      end(ticket, of: work, failure: "failed")
      throw error
    }
  }

  /// Waiting begins, for so long when that is known; give the ticket to ``resume(_:)``.
  public func wait(_ why: Wait, for time: Duration? = nil) -> Ticket {
    let now = ContinuousClock.now
    return state.withLock { state in
      state.number += 1
      state.waiting[state.number] = Waiting(why: why, since: now, until: time.map { now + $0 })
      return Ticket(number: state.number)
    }
  }

  public func resume(_ ticket: Ticket) {
    let now = ContinuousClock.now
    state.withLock { state in
      guard let waiting = state.waiting.removeValue(forKey: ticket.number) else { return }
      state.waited[waiting.why, default: .zero] += now - waiting.since
    }
  }

  /// Name of a value of fetch: 1 when its run brings everything, also one that it goes on with.
  public static let isFullRun = "is_full_run"

  /// A value as it is now; the name is one of a few that the code knows.
  public func set(_ name: String, to value: Double) { state.withLock { $0.gauges[name] = value } }

  /// Adds to a value.
  public func add(_ amount: Double, to name: String) { state.withLock { $0.gauges[name, default: 0] += amount } }

  /// Everything, by name; what was never measured is absent. Times are in milliseconds.
  public var figures: [String: Double] {
    let now = ContinuousClock.now
    return state.withLock { state in
      var figures = state.gauges
      for (work, busy) in state.work { busy.add(to: &figures, named: work.rawValue, now: now) }
      for (why, time) in state.waited { figures["waited_\(why.rawValue)_ms"] = time.inMilliseconds }
      for waiting in state.waiting.values {
        figures["waiting_\(waiting.why.rawValue)", default: 0] += 1
        figures["waited_\(waiting.why.rawValue)_ms", default: 0] += (now - waiting.since).inMilliseconds
        guard let until = waiting.until else { continue }
        let rest = max(.zero, until - now).inMilliseconds
        // Whoever is let out first ends the wait.
        figures["wait_left_ms"] = min(figures["wait_left_ms"] ?? rest, rest)
      }
      return figures
    }
  }
}

extension Meter.Busy {
  fileprivate func add(to figures: inout [String: Double], named name: String, now: ContinuousClock.Instant) {
    figures["\(name)_count"] = Double(histogram.count)
    figures["\(name)_errors"] = Double(failures.values.reduce(0, +))
    for (kind, count) in failures { figures["\(name)_errors_\(kind)"] = Double(count) }
    figures["\(name)_total_ms"] = histogram.total.inMilliseconds
    figures["\(name)_busy_ms"] = (busy + (busySince.map { now - $0 } ?? .zero)).inMilliseconds
    figures["\(name)_most"] = Double(most)
    figures["\(name)_open"] = Double(open.count)
    if let oldest = open.values.min() { figures["\(name)_oldest_ms"] = (now - oldest).inMilliseconds }
    guard let mean = histogram.mean else { return }
    figures["\(name)_mean_ms"] = mean.inMilliseconds
    figures["\(name)_max_ms"] = histogram.longest.inMilliseconds
    for (share, suffix) in [(0.5, "p50"), (0.95, "p95"), (0.99, "p99")] {
      figures["\(name)_\(suffix)_ms"] = histogram.quantile(share)?.inMilliseconds
    }
  }
}

extension Duration {
  /// To the microsecond, so that an event's line stays short.
  fileprivate var inMilliseconds: Double { (self / .microseconds(1)).rounded() / 1000 }
}
