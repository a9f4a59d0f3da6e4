import Foundation
import JSONText
import SystemPackage
import TestSupport
import Testing

/// Whole runs of the real programs under a bound on their memory.
@Suite(.postgres, .timeLimit(.minutes(10)))
struct MemoryBoundTests {
  private static let feeds = """
    { "cars": { "source": "rest", "path": "cars", "key": ["id"], "table": "car",
                "pagination": { "kind": "page_number", "page_size": 500, "records": "/data", "total": "/total" },
                "columns": { "id": "bigint", "make": "text", "price": "numeric" } } }
    """

  @Test("a bound that is near makes segments smaller and is told; every record arrives")
  func shrinks() async throws {
    try await PractiseVendor.serving(["--cars", "40000"]) { vendor in
      let mirror = try await Mirror(vendor: vendor, feeds: Self.feeds, segmentRecords: 4000)
      // Slow enough for a few looks at what the programs hold; what they need at least is above this bound.
      let line = "RPS=10 BATCH_SIZE=4000 weir run --max-memory 64MiB"
      let run = try await mirror.shell(line)
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.errors.contains("MiB held of 64: segments and workers are down to 1/2"), "\(run.errors)")
      #expect(try mirror.value("SELECT count(*) FROM car") == "40000")
      let sizes = try mirror.query("SELECT fetched FROM weir.ledger ORDER BY fetched").compactMap {
        $0[0].flatMap { Int($0) }
      }
      #expect(sizes.max() ?? 0 <= 4000 && sizes.contains { $0 > 0 && $0 <= 1000 }, "\(sizes)")
      let free = try await mirror.shell("RPS=1000 weir run --full")
      #expect(free.status == 0 && !free.errors.contains("MiB held"), "\(free.errors)")
    }
  }
}
