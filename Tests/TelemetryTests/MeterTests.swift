import Logging
import Synchronization
import TestSupport
import Testing

@testable import Telemetry

/// What a program measures of its own work.
struct MeterTests {
  @Test(
    "a quantile is never too low, and at most a sixteenth and a microsecond too high",
    arguments: 0..<100 as Range<UInt64>
  )
  func quantiles(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let count = Int.random(in: 1...500, using: &random)
    // From a microsecond to a day, each size as often as the others.
    let times = (0..<count).map { _ in Int.random(in: 0...(1 << Int.random(in: 0...36, using: &random)), using: &random)
    }
    var histogram = LatencyHistogram()
    for time in times { histogram.add(.microseconds(time)) }
    let sorted = times.sorted()
    for share in [0.01, 0.5, 0.95, 0.99, 1] {
      let exact = sorted[max(0, Int((share * Double(count)).rounded(.up)) - 1)]
      let told = Int((try #require(histogram.quantile(share)) / .microseconds(1)).rounded())
      #expect(told >= exact && told <= exact + exact / 16 + 1, "\(share): \(told) for \(exact)")
    }
    #expect(histogram.count == count && histogram.longest == .microseconds(sorted[count - 1]))
    let mean = Double(times.reduce(0, +)) / Double(count)
    #expect(abs(try #require(histogram.mean) / .microseconds(1) - mean) < 1)
  }

  @Test(
    "times below nothing and beyond all bounds are counted",
    arguments: [Duration.seconds(-5), .seconds(1 << 40), .zero]
  )
  func edges(time: Duration) {
    var histogram = LatencyHistogram()
    histogram.add(time)
    #expect(histogram.count == 1 && histogram.quantile(0.5) != nil)
  }

  @Test("nothing was measured: there is no figure of it, and no mean of nothing")
  func nothing() {
    #expect(Meter().figures.isEmpty)
    #expect(LatencyHistogram().mean == nil && LatencyHistogram().quantile(0.5) == nil)
  }

  @Test("work is counted with its failures by kind, and what is under way with its age")
  func work() {
    let meter = Meter()
    let first = meter.begin(.request)
    let second = meter.begin(.request)
    meter.end(first, of: .request)
    meter.end(second, of: .request, failure: "throttled")
    meter.record(.query, .milliseconds(2), failure: "failed")
    let open = meter.begin(.request)
    let figures = meter.figures
    #expect(figures["request_count"] == 2 && figures["request_errors"] == 1 && figures["request_errors_throttled"] == 1)
    #expect(figures["request_open"] == 1 && figures["request_most"] == 2 && figures["request_oldest_ms"] != nil)
    #expect(figures["query_count"] == 1 && figures["query_errors"] == 1 && figures["query_mean_ms"] == 2)
    meter.end(open, of: .request)
    meter.end(open, of: .request)
    #expect(meter.figures["request_count"] == 3, "a ticket ends once")
  }

  @Test("a wait is told with its reason and what is left of it, and is added up when it is over")
  func waits() throws {
    let meter = Meter()
    let limits = meter.wait(.limits, for: .seconds(100))
    let breaker = meter.wait(.breaker, for: .seconds(10))
    let figures = meter.figures
    #expect(figures["waiting_limits"] == 1 && figures["waiting_breaker"] == 1)
    #expect(try (9000...10_000).contains(#require(figures["wait_left_ms"])), "whoever is let out first")
    meter.resume(limits)
    meter.resume(breaker)
    #expect(meter.figures["waiting_limits"] == nil && meter.figures["waited_limits_ms"] != nil)
  }

  @Test("a program that has nothing to say says that it lives, with its figures; in text it is silent")
  func pulse() throws {
    let said = Said()
    let reporter = Reporter(stage: "weir-fetch", format: .json, level: .info, write: said.add)
    reporter.meter.set("concurrency", to: 3)
    reporter.progress(feed: "cars", counts: ["records": 5])
    reporter.pulse()
    #expect(said.lines.count == 1, "it has just spoken")
    let silent = Said()
    Reporter(stage: "weir-fetch", format: .text, level: .info, write: silent.add).pulse()
    let other = Said()
    let quiet = Reporter(stage: "weir-hash", format: .json, level: .info, write: other.add)
    quiet.pulse()
    let event = try #require(other.lines.first.flatMap { StageEvent(line: $0) })
    #expect(event.event == .progress && event.counts.isEmpty && event.figures?["memory_bytes"] != nil)
    #expect(silent.lines.isEmpty)
    let first = try #require(said.lines.first.flatMap { StageEvent(line: $0) })
    #expect(first.figures?["concurrency"] == 3 && first.counts == ["records": 5])
  }
}

/// Lines that were said.
private final class Said: Sendable {
  private let record = Mutex<[String]>([])
  var lines: [String] { record.withLock { $0 } }
  func add(_ line: String) { record.withLock { $0.append(line) } }
}
