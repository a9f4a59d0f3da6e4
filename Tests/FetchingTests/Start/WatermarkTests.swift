import Foundation
import JSONText
import TestSupport
import Testing

@testable import Fetching
@testable import PipelineConfig

/// From where the next run begins. Moments are written as seconds of one minute: 5 is `2026-01-01T00:00:05Z`.
struct WatermarkTests {
  struct Case: CustomTestStringConvertible {
    var says: String
    var options = FetchOptions()
    var saved: Int?
    var versions: [Int] = []
    var isOneMoment = false
    var began = 50
    var expected: Int?
    var testDescription: String { says }
  }

  private static func moment(_ second: Int) -> String { "2026-01-01T00:00:\(second < 10 ? "0" : "")\(second)Z" }

  private static func order(_ text: String?) -> String? {
    text.flatMap { VersionOrder.normalise($0, type: .timestamp) }
  }

  private static func after(_ row: Case, type: VersionType = .timestamp) throws -> String? {
    let text = { (number: Int) in type == .timestamp ? moment(number) : "\(number)" }
    var feed = try FetchTrial("http://vendor.example").pipeline.feed(named: "cars")
    feed.cursor?.type = type
    let start = try RunStart(feed, options: row.options, saved: row.saved.map(text))
    var versions = VersionSpan(type)
    for version in row.versions { versions.include(Array(text(version).utf8).span) }
    return Watermark.after(
      start,
      cursor: try #require(feed.cursor),
      versions: versions,
      isOneMoment: row.isOneMoment,
      began: try Date(moment(row.began), strategy: .iso8601)
    )
  }

  @Test(
    "the watermark never passes a record that was not seen, and never falls back in an incremental run",
    arguments: [
      Case(says: "in order, the highest that was seen", versions: [1, 2, 3], expected: 3),
      Case(says: "in order, even beyond the beginning", versions: [1, 2, 59], expected: 59),
      Case(says: "out of order, no further than the beginning", versions: [1, 59, 2], expected: 50),
      Case(says: "out of order, the highest when it is before the beginning", versions: [3, 1, 2], expected: 3),
      Case(says: "out of order in one answer, the highest", versions: [1, 59, 2], isOneMoment: true, expected: 59),
      Case(says: "nothing came and nothing was there", expected: nil),
      Case(says: "nothing came", saved: 5, expected: 5),
      Case(says: "something moved", saved: 5, versions: [6, 7], expected: 7),
      Case(says: "the vendor sends older records than were asked for", saved: 5, versions: [2, 3], expected: 5),
      Case(says: "the vendor's clock is behind", saved: 5, versions: [7, 6], began: 4, expected: 5),
      Case(
        says: "a gap before --since",
        options: FetchOptions(since: moment(9)),
        saved: 5,
        versions: [11],
        expected: nil
      ),
      Case(says: "a gap, and nothing came", options: FetchOptions(since: moment(9)), saved: 5, expected: nil),
      Case(says: "an earlier --since", options: FetchOptions(since: moment(2)), saved: 5, versions: [3], expected: 5),
      Case(
        says: "an earlier --since, to the end",
        options: FetchOptions(since: moment(2)),
        saved: 5,
        versions: [7],
        expected: 7
      ),
      Case(says: "a first run with --since", options: FetchOptions(since: moment(2)), versions: [7], expected: 7),
      Case(
        says: "a full run says what there is",
        options: FetchOptions(full: true),
        saved: 5,
        versions: [3],
        expected: 3
      ),
      Case(says: "a full run of nothing", options: FetchOptions(full: true), saved: 5, expected: 5),
    ]
  )
  func after(row: Case) throws {
    #expect(try Self.order(Self.after(row)) == Self.order(row.expected.map(Self.moment)))
  }

  @Test("numbers tell nothing of time: the highest counts in any order")
  func numbers() throws {
    #expect(try Self.after(Case(says: "", versions: [100, 9, 20]), type: .integer) == "100")
    #expect(try Self.after(Case(says: "", saved: 5, versions: [12, 9]), type: .integer) == "12")
  }

  @Test("a saved watermark in another writing is the same moment, and the vendor's own text is kept")
  func writing() throws {
    let feed = try FetchTrial("http://vendor.example").pipeline.feed(named: "cars")
    let start = try RunStart(feed, options: FetchOptions(), saved: "2026-01-01T01:00:05.0+01:00")
    var versions = VersionSpan(.timestamp)
    versions.include(Array("2025-12-31T23:00:05.50-01:00".utf8).span)
    let cursor = try #require(feed.cursor)
    let text = Watermark.after(start, cursor: cursor, versions: versions, isOneMoment: false, began: .now)
    #expect(text == "2025-12-31T23:00:05.50-01:00")
  }

  @Test(
    "a vendor's time is never taken for later than it was, however slow the answer",
    arguments: 0..<300 as Range<UInt64>
  )
  func clock(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let sent = Date(timeIntervalSince1970: 1_767_225_600 + Double.random(in: 0...100, using: &random))
    let took = Double.random(in: 0...5, using: &random)
    let ahead =
      [0, Double.random(in: -10...10, using: &random), Double.random(in: -7200...7200, using: &random)]
      .randomElement(using: &random) ?? 0
    let stamped = sent + Double.random(in: 0...took, using: &random) + ahead
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    let began = VendorClock.beginning(sent: sent, received: sent + took, date: formatter.string(from: stamped))
    let truth = sent + ahead
    #expect(began <= truth + 0.001, "ahead \(ahead), took \(took)")
    #expect(began >= truth - took - 1.001, "no further back than needed: ahead \(ahead), took \(took)")
    #expect(VendorClock.beginning(sent: sent, received: sent + took, date: "soon") == sent)
  }
}
