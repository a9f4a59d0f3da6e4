import Foundation
import SystemPackage
import TestSupport
import Testing

/// The four programs as a person uses them: joined by pipes, given arguments, draining queues, repeated from the spool.
@Suite(.postgres, .timeLimit(.minutes(5)))
struct ShellPipelineTests {
  static let cars = """
    {
      "cars": {
        "source": "rest", "path": "cars",
        "pagination": { "kind": "page_number", "page_size": 100, "records": "/data", "total": "/total" },
        "key": ["id"],
        "cursor": { "field": "updated_at", "type": "timestamp", "since_parameter": "updated_since" },
        "hash": { "exclude": ["updated_at"] }, "table": "car",
        "columns": {
          "id": "bigint", "vin": "text", "make": "text", "model": "text", "year": "integer", "price": "numeric",
          "mileage": "integer", "fuel": "text", "transmission": "text", "color": "text",
          "dealer_id": { "from": "/dealer/id", "type": "integer" },
          "dealer_name": { "from": "/dealer/name", "type": "text" },
          "features": "jsonb", "description": "text", "listed_at": "timestamptz", "updated_at": "timestamptz"
        }
      }
    }
    """

  static let pipeline = "weir-fetch cars --full | weir-hash - | weir-stage - | weir-merge -"

  @Test("the shell pipeline loads a feed; repeated, every row keeps its xmin and is counted as unchanged")
  func repeated() async throws {
    try await PractiseVendor.serving(["--cars", "700", "--seed", "3"]) { vendor in
      let mirror = try await Mirror(vendor: vendor, feeds: Self.cars, segmentRecords: 150)
      let first = try await mirror.shell(Self.pipeline)
      #expect(first.status == 0, "\(first.errors)")
      #expect(try mirror.value("SELECT count(*) FROM car") == "700")
      let before = try mirror.query("SELECT id, xmin FROM car ORDER BY id")

      let second = try await mirror.shell(Self.pipeline)
      #expect(second.status == 0, "\(second.errors)")
      #expect(second.errors.contains("inserted 0, updated 0, unchanged 700"), "\(second.errors)")
      #expect(try mirror.query("SELECT id, xmin FROM car ORDER BY id") == before)
    }
  }

  @Test("lz4 and jq read every segment of every queue, and the lines are as many as the footer says")
  func openFormat() async throws {
    try await PractiseVendor.serving(["--cars", "700", "--seed", "4"]) { vendor in
      let mirror = try await Mirror(vendor: vendor, feeds: Self.cars, segmentRecords: 150)
      #expect(try await mirror.shell(Self.pipeline).status == 0)
      let listed = try await mirror.weir("spool", "ls")
      var segments = 0
      for line in listed.lines {
        let fields = line.split(separator: "\t").map(String.init)
        let (feed, queue, state, segment, records) = (fields[0], fields[1], fields[2], fields[3], fields[4])
        let file = "spool/\(feed)/\(queue)/\(state)/\(segment).ndjson.lz4"
        let counted = try await mirror.shell("lz4 -dc \(file) | jq -c . | wc -l")
        #expect(counted.status == 0, "\(file): \(counted.errors)")
        #expect(counted.lines.first == records, "\(file)")
        segments += 1
      }
      // Five segments of records and the run's end, in three queues.
      #expect(segments == 3 * 6, "\(listed.output)")
    }
  }

  @Test("a stage repeated from done gives the same bytes", arguments: ["hash", "stage"])
  func redo(stage: String) async throws {
    let (from, to) = stage == "hash" ? ("fetched", "hashed") : ("hashed", "staged")
    try await PractiseVendor.serving(["--cars", "400", "--seed", "5"]) { vendor in
      let mirror = try await Mirror(vendor: vendor, feeds: Self.cars, segmentRecords: 150)
      #expect(try await mirror.shell(Self.pipeline).status == 0)
      let before = try await mirror.shell("cd spool/cars/\(to)/done && sha256sum *.lz4")
      let again = try await mirror.shell(
        "weir-\(stage) --redo spool/cars/\(from)/done/*.lz4 | weir-\(stage == "hash" ? "stage" : "merge") -"
      )
      #expect(again.status == 0, "\(again.errors)")
      let after = try await mirror.shell("cd spool/cars/\(to)/done && sha256sum *.lz4")
      #expect(before.output == after.output)
      #expect(before.lines.count == 4, "three segments and the end: \(before.output)")
    }
  }

  @Test("stages drain their queues one by one, and take paths as arguments")
  func drained() async throws {
    try await PractiseVendor.serving(["--cars", "300", "--seed", "6"]) { vendor in
      let mirror = try await Mirror(vendor: vendor, feeds: Self.cars, segmentRecords: 100)
      let fetched = try await mirror.shell("weir-fetch cars")
      #expect(fetched.lines.count == 4, "\(fetched.output)\(fetched.errors)")
      let hashed = try await mirror.shell("weir-hash \(fetched.lines.joined(separator: " "))")
      #expect(hashed.lines.count == 4, "\(hashed.errors)")
      #expect(try await mirror.shell("weir-stage --feed cars").status == 0)
      let merged = try await mirror.shell("weir-merge --feed cars")
      #expect(merged.status == 0, "\(merged.errors)")
      #expect(try mirror.value("SELECT count(*) FROM car") == "300")
      #expect(try await mirror.shell("ls spool/cars/*/ready").lines.filter { $0.hasSuffix(".lz4") }.isEmpty)
    }
  }

  @Test("after an advance an incremental run brings what moved and nothing else")
  func incremental() async throws {
    try await PractiseVendor.serving(["--cars", "1000", "--seed", "7"]) { vendor in
      let mirror = try await Mirror(vendor: vendor, feeds: Self.cars)
      #expect(try await mirror.run()["cars"]?.inserted == 1000)
      #expect(try await mirror.run()["cars"]?.fetched == 0)
      _ = try await vendor.advance()
      let moved = try await mirror.run()
      #expect(moved["cars"]?.fetched == (moved["cars"]?.inserted ?? 0) + (moved["cars"]?.updated ?? 0))
      #expect((moved["cars"]?.updated ?? 0) >= 30 && (moved["cars"]?.updated ?? 0) <= 70, "\(moved)")
      #expect(try await mirror.run()["cars"]?.fetched == 0)
    }
  }
}
