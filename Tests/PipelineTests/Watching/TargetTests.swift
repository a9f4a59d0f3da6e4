import Foundation
import JSONText
import SystemPackage
import TestSupport
import Testing

/// Whole runs of the real programs that are held against targets, remembered, and reported.
@Suite(.postgres, .timeLimit(.minutes(10)))
struct TargetTests {
  private static let feed = """
    "cars": { "source": "rest", "path": "cars", "key": ["id"], "table": "car",
              "pagination": { "kind": "page_number", "page_size": 100, "records": "/data", "total": "/total" },
              "cursor": { "field": "updated_at", "type": "timestamp", "since_parameter": "updated_since" },
              "rejects": { "max_count": 1000000, "max_share": 1 },
              "columns": { "id": "bigint", "year": "integer", "price": PRICE, "updated_at": "timestamptz" } FEED }
    """

  /// `feed` and `pipeline` are members beside the others of each.
  private static func mirror(
    _ vendor: PractiseVendor,
    feed: String = "",
    pipeline: String = "",
    price: String = "\"numeric\""
  ) async throws -> Mirror {
    let text = Self.feed.replacing("PRICE", with: price).replacing("FEED", with: feed)
    let mirror = try await Mirror(vendor: vendor, feeds: "{\(text)}")
    if !pipeline.isEmpty {
      let file = URL(filePath: mirror.pipeline.file.string)
      let written = String(decoding: try Data(contentsOf: file), as: UTF8.self)
      try Data(written.replacing("\"sources\":", with: "\(pipeline), \"sources\":").utf8).write(to: file)
    }
    return mirror
  }

  private static let cars = ["--cars", "1000"]

  /// Each target with a value that this run does not meet, and what is said of it.
  private static let targets = [
    (#""max_minutes": 0.0001"#, "max_minutes is 0.0001"),
    (#""min_pages_per_second": 1000000000, "warm_up": "0s""#, "min_pages_per_second is 1,000,000,000"),
    (#""min_rows_per_second": 1000000000, "warm_up": "0s""#, "min_rows_per_second is 1,000,000,000"),
    (#""max_error_rate": 0.05"#, "max_error_rate is 5 %"),
    (#""max_request_error_rate": 0.01"#, "max_request_error_rate is 1 %"),
    (#""max_memory_mib": 1"#, "max_memory_mib is 1"),
    (#""max_memory_growth_mib": 1, "warm_up": "0s""#, "max_memory_growth_mib is 1"),
  ]

  @Test(
    "a feed's target that is missed fails the run with 79 and says by how much; the data is there",
    arguments: targets
  )
  func missed(target: String, words: String) async throws {
    let rules = FilePath(NSTemporaryDirectory()).appending("weir-rules-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(atPath: rules.string) }
    let busy =
      #"{ "faults": [{ "name": "busy", "times": 1, "do": { "kind": "status", "status": 503, "body": "rest" } }] }"#
    try Data(busy.utf8).write(to: URL(filePath: rules.string))
    try await PractiseVendor.serving(Self.cars + ["--rules", rules.string]) { vendor in
      // Half of the cars cost more than this.
      let price = target.contains("max_error_rate") ? #"{ "type": "numeric", "max": 20000 }"# : "\"numeric\""
      let mirror = try await Self.mirror(vendor, feed: ", \"acceptance\": { \(target) }", price: price)
      let run = try await mirror.weir("run", "--json")
      #expect(run.status == 79, "\(run.errors)")
      #expect(run.errors.contains("cars: acceptance target missed: ") && run.errors.contains(words), "\(run.errors)")
      let summary = try JSONValue(parsing: try #require(run.lines.last))
      #expect(summary["exit_status"] == .number("79") && summary["missed"] != nil)
      #expect(try mirror.query("SELECT status, cardinality(missed) FROM weir.run_metrics") == [["missed", "1"]])
      #expect(try mirror.query("SELECT status FROM weir.sync_log") == [["succeeded"]], "all was done")
      let counted = try mirror.query("SELECT (SELECT count(*) FROM car) + rejected FROM weir.run_metrics")
      #expect(counted == [["1000"]])
    }
  }

  @Test("a target of the whole run, and one that is met", arguments: [(0.0001, 79), (60, 0)] as [(Double, Int32)])
  func whole(minutes: Double, status: Int32) async throws {
    try await PractiseVendor.serving(Self.cars) { vendor in
      let mirror = try await Self.mirror(vendor, pipeline: "\"acceptance\": { \"max_minutes\": \(minutes) }")
      let run = try await mirror.weir("run")
      #expect(run.status == status, "\(run.errors)")
      #expect(
        run.errors.contains("acceptance target of the whole run missed: took ") == (status == 79),
        "\(run.errors)"
      )
    }
  }

  @Test(
    "a run leaves its figures in the database, a report beside the usual, metrics for Prometheus, and a page of plots"
  )
  func remembered() async throws {
    try await PractiseVendor.serving(Self.cars) { vendor in
      let mirror = try await Self.mirror(vendor)
      for _ in 0..<5 {
        let run = try await mirror.weir("run", "--full", "--metrics-file", "weir.prom")
        #expect(run.status == 0, "\(run.errors)")
      }
      let figures = try mirror.query(
        """
        SELECT count(*), min(pages), min(fetched), bool_and(requests >= 10 AND request_p95_ms > 0 AND queries > 5
               AND query_mean_ms > 0 AND batches > 0 AND batch_efficiency BETWEEN 0.01 AND 1 AND answer_bytes > 10000
               AND memory_peak_bytes > 4000000 AND rows_per_second > 0 AND mode = 'full' AND error IS NULL)
          FROM weir.run_metrics
        """
      )
      #expect(figures == [["5", "11", "1000", "t"]])
      let text = try await mirror.weir("report").output
      for words in [
        "requests", "success 100 %", "p95", "queries", "parallel efficiency", "memory", "at the end", "peak",
        "[usually ",
        "the median of the 4 full runs before it", "1,000 records needed no writing (100 %)",
      ] { #expect(text.contains(words), "\(words) in \(text)") }
      let report = try JSONValue(parsing: try await mirror.weir("report", "--json").output)
      let run = try #require(report["performance"]?["run"]?.text)
      #expect(report["performance"]?["past_runs"] == .number("4"))
      let one = try await mirror.weir("report", run)
      #expect(one.status == 0 && one.output.contains(run) && one.output.contains("requests"), "\(one.errors)")
      let none = try await mirror.weir("report", "20200101T000000Z-aaaa")
      #expect(none.status == 66 && none.errors.contains("weir logs"), "\(none.errors)")
      let checked = try await mirror.shell("promtool check metrics < weir.prom && grep -c . weir.prom")
      #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
      let page = try await mirror.shell("weir report --html report.html && grep -c '<figure>' report.html")
      #expect(page.status == 0 && page.lines.last == "6", "\(page.output)\(page.errors)")
      #expect(try await mirror.shell("stat -c %a weir.prom").output == "644\n")
    }
  }

  @Test("a run that is much larger than those before it is told of, and is no failure")
  func alert() async throws {
    try await PractiseVendor.serving(["--cars", "5000"]) { vendor in
      let mirror = try await Self.mirror(vendor)
      for _ in 0..<3 { #expect(try await mirror.weir("run", "--full", "--limit", "100").status == 0) }
      let run = try await mirror.weir("run", "--full", "--json")
      #expect(
        run.status == 0 && run.errors.contains("cars: alert: larger: 5,000 records, 50 times as much"),
        "\(run.errors)"
      )
      let summary = try JSONValue(parsing: try #require(run.lines.last))
      #expect(summary["alerts"] != nil && summary["summary"]?.text == "succeeded")
    }
  }

  @Test("a database that is away when the run ends is said, and the run is what it is")
  func noTable() async throws {
    try await PractiseVendor.serving(Self.cars) { vendor in
      let mirror = try await Self.mirror(vendor)
      _ = try mirror.query("DROP TABLE weir.run_metrics")
      let run = try await mirror.weir("run")
      #expect(run.status == 0 && run.errors.contains("this run is not in weir.run_metrics"), "\(run.errors)")
    }
  }
}
