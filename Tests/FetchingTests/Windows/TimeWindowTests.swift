import JSONText
import PipelineConfig
import TestSupport
import Testing

@testable import Fetching

/// Cutting time into parts; no input or output.
struct TimeWindowTests {
  private static func windows(_ from: Int, _ count: Int) -> BackfillWindows {
    BackfillWindows(from: Timestamp(seconds: from), count: count)
  }

  @Test(
    "parts follow each other without a gap, the first and the last without a bound",
    arguments: [
      (0, 16, 1_000_000, 1), (0, 32, 10, 1), (500, 4, 500, 1), (900, 4, 500, 1), (12_345, 16, 2_000_000, 86_400),
    ]
  )
  func parts(from: Int, count: Int, now: Int, unit: Int) throws {
    let parts = TimeWindow.parts(of: Self.windows(from, count), now: now, unit: unit)
    #expect(parts.first == .unstamped && parts.count <= count + 1 && parts.count >= 2)
    var reached: Int?
    for part in parts.dropFirst() {
      guard case .stamped(let low, let high) = part else {
        Issue.record("a second part without stamps")
        continue
      }
      #expect(low == reached && low.map { $0 % unit == 0 } ?? true)
      if let low, let high { #expect(low < high) }
      reached = high
    }
    #expect(parts.last?.isOpen == true)
    for part in parts { #expect(TimeWindow(part.json) == part) }
  }

  @Test("halves are the whole, and what cannot be halved is not", arguments: 0..<50 as Range<UInt64>)
  func halves(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let unit = Bool.random(using: &random) ? 1 : 86_400
    let low = Int.random(in: -5...100_000, using: &random) * unit
    let high = low + Int.random(in: 1...1000, using: &random) * unit
    let reached = Int.random(in: low...(high - 1), using: &random)
    let bounds: (Int?, Int?) = (Bool.random(using: &random) ? low : nil, Bool.random(using: &random) ? high : nil)
    let whole = TimeWindow.stamped(from: bounds.0, to: bounds.1)
    guard let (lower, upper) = whole.halves(from: reached, to: high, unit: unit) else {
      #expect(high - reached <= 2 * unit)
      return
    }
    guard case .stamped(bounds.0, let middle?) = lower, upper == .stamped(from: middle, to: bounds.1) else {
      Issue.record("\(whole) became \(lower) and \(upper)")
      return
    }
    #expect(middle > reached && middle < high && middle % unit == 0)
  }

  @Test("the records without a stamp, and days, are asked for in their own way")
  func conditions() {
    #expect(TimeWindow.unstamped.conditions(on: "at", isDate: false) == ["at eq null"])
    let part = TimeWindow.stamped(from: 86_400, to: 172_800)
    #expect(part.conditions(on: "at", isDate: true) == ["at ge 1970-01-02", "at lt 1970-01-03"])
    let moments = ["at ge 1970-01-02T00:00:00Z", "at lt 1970-01-03T00:00:00Z"]
    #expect(part.conditions(on: "at", isDate: false) == moments)
    #expect(TimeWindow.stamped(from: nil, to: nil).conditions(on: "at", isDate: false) == [])
  }
}
