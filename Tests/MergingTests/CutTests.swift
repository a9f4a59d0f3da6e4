import PipelineConfig
import Postgres
import Spool
import Synchronization
import TestSupport
import Testing

@testable import Merging

/// The connection is cut before and after every message of a merge: what was to be done is done once.
@Suite(.postgres)
struct CutTests {
  typealias Fixture = MergeFixture

  /// What is merged while the connection is cut; each has 30 rows of `item` before it, or 600 to be compared.
  enum Shape: String, CaseIterable, Sendable, CustomTestStringConvertible {
    /// Every row is sent.
    case sending
    /// The database is asked which rows it lacks.
    case asking
    /// The segment is compared with the table, and asked about where it differs.
    case comparing
    /// All rows are new, and are loaded straight into the table.
    case loading
    /// Parents come, and their children are loaded with them.
    case adopting
    /// A run's end moves the watermark.
    case ending

    var testDescription: String { rawValue }

    /// Whether each segment has a session of its own, whose opening is cut as well; the others have one that is open.
    var opensSession: Bool { self == .sending }

    var asking: AskPolicy.Rule {
      switch self {
      case .sending: .never
      case .loading: .loading
      case .comparing: .comparing
      case .asking, .adopting, .ending: .always
      }
    }
  }

  /// What merges on a thread of its own, one segment after the other.
  private final class Worker: Sendable {
    private let processor: Mutex<MergeProcessor>

    init(_ processor: sending MergeProcessor) { self.processor = Mutex(processor) }

    func process(_ segment: InputSegment) throws -> [String: Int] {
      try processor.withLock { try $0.process(segment).counts }
    }
  }

  @Test(
    "whatever message is the last before or after which the connection is gone, once is once",
    .timeLimit(.minutes(10)),
    arguments: Shape.allCases,
    CutProxy.Side.allCases
  )
  func everyMessage(shape: Shape, side: CutProxy.Side) async throws {
    let (cuts, problem) = try await Self.cutEverywhere(shape, side)
    #expect(problem == nil)
    // A merge has more messages than that, and a session that is opened and prepared first; were nothing ever cut, this test
    // would show nothing.
    #expect(cuts > (shape.opensSession ? 100 : 20))
    print("\(shape.rawValue): cut \(side) each of \(cuts) messages, each time once")
  }

  /// Cuts at one message after the other, a segment each, until there is no further one.
  ///
  /// - Returns: How often it was cut, and the first problem.
  static func cutEverywhere(
    _ shape: Shape,
    _ side: CutProxy.Side,
    defect: MergeDefect? = nil
  ) async throws -> (cuts: Int, problem: String?) {
    let fixture = try Fixture(feeds: OrphanTests.feeds, tables: [Fixture.itemTable, OrphanTests.photoTable])
    let before = (1...(shape == .comparing ? 600 : 30)).map { Row.item($0, "old", version: "2025") }
    _ = try fixture.merge(fixture.segment(before, run: Self.run(0)))
    let proxy = try await CutProxy.start(before: fixture.database)
    let pipeline = try fixture.pipeline(url: proxy.address)
    var monitor = try fixture.database.connect()
    let (spool, asking) = (fixture.spool, shape.asking)
    let worker =
      shape.opensSession ? nil : Worker(try Fixture.processor(pipeline, spool, asking: asking, defect: defect))
    for number in 1...10_000 {
      // Without a cut the first time, so that an open session has done before what it does once.
      let message = shape.opensSession ? number : number - 1
      let segment = try Self.segment(shape, number, fixture)
      proxy.arm(at: message, side)
      let counts = try await onThread {
        try (worker ?? Worker(Self.processor(pipeline, spool, asking, defect))).process(segment)
      }
      if let problem = try Self.problem(shape, number, counts, &monitor) {
        try await proxy.stop()
        return (message, "cut \(side) message \(message): \(problem)")
      }
      if !proxy.hasCut {
        try await proxy.stop()
        return (message - 1, nil)
      }
    }
    return (10_000, "no end")
  }

  /// A cut while the session is opened ends the program; the next one goes on.
  private static func processor(
    _ pipeline: Pipeline,
    _ spool: Spool,
    _ asking: AskPolicy.Rule,
    _ defect: MergeDefect?
  ) throws -> MergeProcessor {
    do {
      return try Fixture.processor(pipeline, spool, asking: asking, defect: defect)
    } catch let error as PostgresError where error.isTransient {
      return try Fixture.processor(pipeline, spool, asking: asking, defect: defect)
    }
  }

  private static func run(_ number: Int) -> String {
    let clock = [number / 3600, number / 60 % 60, number % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined()
    return "20260101T\(clock)Z-aaaa"
  }

  private static func segment(_ shape: Shape, _ number: Int, _ fixture: Fixture) throws -> InputSegment {
    let changed = (1...10).map { Row.item($0, "n\(number)", version: "2026") }
    let same = (11...30).map { Row.item($0, "old", version: "2025") }
    let rows = changed + same + [.item(Int64(1000 + number), "new", version: "2026")]
    switch shape {
    case .sending, .asking:
      return try fixture.segment(rows, run: run(number))
    case .comparing:
      let rest = (11...600).map { Row.item($0, "old", version: "2025") }
      return try fixture.segment(changed + rest, run: run(number), mode: .full)
    case .loading:
      let new = (1...31).map { Row.item(Int64(1000 * number + $0), "new") }
      return try fixture.segment(new, run: run(number), mode: .full)
    case .adopting:
      let child = OrphanTests().photo(Int64(number), of: "\(1000 + number)")
      _ = try fixture.merge(fixture.segment([child], feed: "photo", run: run(number)))
      return try fixture.segment(rows, run: run(number))
    case .ending:
      _ = try fixture.merge(fixture.segment(rows, run: run(number)))
      return try fixture.end(run: run(number), segments: 1, records: 31, watermark: "w\(number)")
    }
  }

  /// What is not as it should be; nil when everything was done once.
  private static func problem(
    _ shape: Shape,
    _ number: Int,
    _ counts: [String: Int],
    _ monitor: inout Connection
  ) throws -> String? {
    let run = run(number)
    let ledger = try monitor.query(
      "SELECT records, inserted, updated, unchanged, adopted FROM weir.ledger WHERE feed = 'item' AND run = '\(run)'"
    )
    let adopted = shape == .adopting ? "1" : "0"
    if shape == .loading {
      let rows = try monitor.query("SELECT count(*), \(MergeFixture.seenKeys) FROM item")
      let isStaged = try monitor.query("SELECT EXISTS (SELECT FROM weir.stg_item_2)") != [["f"]]
      if isStaged { return "it was not loaded straight" }
      let isOnce = rows == [[String(30 + 31 * number), "31"]] && ledger == [["31", "31", "0", "0", "0"]]
      return isOnce && counts["inserted"] == 31 ? nil : "rows: \(rows), ledger: \(ledger), counts: \(counts)"
    }
    if shape == .comparing {
      let rows = try monitor.query(
        "SELECT count(*) FILTER (WHERE name = 'n\(number)'), \(MergeFixture.seenKeys) FROM item"
      )
      // The part that differs, and no other.
      let asked = try monitor.query("SELECT count(*) FROM weir.ask_item_2")
      let isOnce = rows == [["10", "600"]] && ledger == [["600", "0", "10", "590", "0"]] && asked == [["256"]]
      return isOnce && counts["updated"] == 10 ? nil : "rows: \(rows), ledger: \(ledger), \(asked), \(counts)"
    }
    guard ledger == [["31", "1", "10", "20", adopted]] else { return "ledger: \(ledger)" }
    let rows = try monitor.query("SELECT count(*), count(*) FILTER (WHERE name = 'n\(number)') FROM item")
    guard rows == [[String(30 + number), "10"]] else { return "rows: \(rows)" }
    switch shape {
    case .sending, .asking, .comparing, .loading:
      return counts["inserted"] == 1 && counts["updated"] == 10 ? nil : "counts: \(counts)"
    case .adopting:
      let photos = try monitor.query("SELECT count(*), (SELECT count(*) FROM weir.orphan) FROM photo")
      return photos == [[String(number), "0"]] && counts["adopted"] == 1 ? nil : "photos: \(photos), \(counts)"
    case .ending:
      let state = try monitor.query("SELECT watermark, (SELECT count(*) FROM weir.sync_log) FROM weir.sync_state")
      return state == [["w\(number)", String(number)]] ? nil : "state: \(state)"
    }
  }
}
