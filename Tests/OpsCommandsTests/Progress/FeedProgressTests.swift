import Spool
import Telemetry
import Testing

@testable import Control

/// What four programs say, put together into how far a feed is.
struct FeedProgressTests {
  private static func event(_ kind: StageEvent.Kind, _ counts: [String: Int] = [:], total: Int? = nil) -> StageEvent {
    var event = StageEvent(kind, stage: "weir-fetch", time: "2026-11-20T23:44:08.000Z", feed: "media", counts: counts)
    event.run = "20261120T234408Z-7k2q"
    event.total = total
    return event
  }

  @Test("percent, rates and time to go come from the vendor's total and the growth of the counts")
  func halfWay() throws {
    var progress = FeedProgress(feed: "media")
    for second in 1...10 {
      let counts = ["records": 1000 * second, "pages": 2 * second]
      progress.apply(Self.event(.progress, counts, total: 20_000), from: .fetch, at: .seconds(second))
    }
    progress.apply(Self.event(.progress, ["inserted": 8000]), from: .merge, at: .seconds(10))

    let snapshot = progress.snapshot(at: .seconds(10))
    #expect(snapshot.fraction == 0.5)
    #expect(snapshot.rowsPerSecond == 1000)
    #expect(snapshot.pagesPerSecond == 2)
    // 10,000 to fetch at 1,000 a second, 12,000 to merge at 800 a second: the slower says when all is done.
    #expect(snapshot.remaining == .seconds(15))
    #expect(progress.run == "20261120T234408Z-7k2q")
  }

  @Test("without a total there is neither percent nor time to go")
  func unknownTotal() {
    var progress = FeedProgress(feed: "media")
    progress.apply(Self.event(.progress, ["records": 500]), from: .fetch, at: .seconds(1))
    let snapshot = progress.snapshot(at: .seconds(1))
    #expect(snapshot.fraction == nil && snapshot.remaining == nil && snapshot.total == nil)
    #expect(snapshot.rowsPerSecond == 500)
  }

  @Test("all fetched is 99 % until the last record has its place")
  func fetchedIsNotDone() {
    var progress = FeedProgress(feed: "media")
    progress.apply(Self.event(.finished, ["records": 1000], total: 1000), from: .fetch, at: .seconds(1))
    progress.apply(Self.event(.progress, ["inserted": 990]), from: .merge, at: .seconds(2))
    #expect(progress.snapshot(at: .seconds(2)).fraction == 0.99)
    progress.apply(Self.event(.finished, ["rejected": 4]), from: .stage, at: .seconds(3))
    progress.apply(Self.event(.finished, ["repeated": 1]), from: .hash, at: .seconds(3))
    progress.apply(Self.event(.finished, ["inserted": 994, "orphaned": 1]), from: .merge, at: .seconds(3))
    #expect(progress.snapshot(at: .seconds(3)).fraction == 1)
    #expect(progress.snapshot(at: .seconds(3)).remaining == .zero)
  }

  @Test("a vendor that announced more than it sent does not keep a feed below 100 %")
  func announcedTooMuch() {
    var progress = FeedProgress(feed: "media")
    progress.apply(Self.event(.finished, ["records": 900], total: 1000), from: .fetch, at: .seconds(1))
    progress.apply(Self.event(.finished, ["unchanged": 900]), from: .merge, at: .seconds(2))
    #expect(progress.snapshot(at: .seconds(2)).fraction == 1)
  }

  @Test("events in any order give the same counts, since totals only grow", arguments: [false, true])
  func order(reversed: Bool) {
    let events = [100, 200, 300].map { Self.event(.progress, ["records": $0, "pages": $0 / 100]) }
    var progress = FeedProgress(feed: "media")
    for event in reversed ? events.reversed() : events { progress.apply(event, from: .fetch, at: .seconds(1)) }
    #expect(progress.counts.fetched == 300)
    #expect(progress.counts.pages == 3)
  }

  @Test("a rate forgets what is older than its window, and falls while nothing comes")
  func window() throws {
    var window = RateWindow()
    for second in 1...30 { window.add(1000 * second, at: .seconds(second)) }
    for second in 31...60 { window.add(30_000 + 10 * (second - 30), at: .seconds(second)) }
    #expect(window.perSecond(at: .seconds(60)) == 10)
    let later = try #require(window.perSecond(at: .seconds(75)))
    #expect(later < 10)
  }

  @Test("a window keeps a bounded number of samples however many events come")
  func bounded() throws {
    var window = RateWindow()
    for millisecond in 1...100_000 { window.add(millisecond, at: .milliseconds(millisecond)) }
    #expect(window.samples.count <= Int(RateWindow.span / RateWindow.sampleInterval) + 3)
    let rate = try #require(window.perSecond(at: .seconds(100)))
    #expect(abs(rate - 1000) < 20)
  }

  @Test("unseen rows are a count only when merge has named them")
  func unseen() {
    var progress = FeedProgress(feed: "media")
    progress.apply(Self.event(.finished, ["inserted": 1]), from: .merge, at: .seconds(1))
    #expect(progress.counts.unseen == nil)
    progress.apply(Self.event(.finished, ["inserted": 1, "unseen": 0]), from: .merge, at: .seconds(1))
    #expect(progress.counts.unseen == 0)
  }
}
