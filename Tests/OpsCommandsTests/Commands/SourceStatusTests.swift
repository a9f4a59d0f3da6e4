import Foundation
import JSONText
import Spool
import SystemPackage
import TestSupport
import Testing

@testable import OpsCommands

/// What `weir status` says of a vendor.
struct SourceStatusTests {
  static let now = 1_795_251_600_000

  @Test(
    "a note tells of a breaker that is not closed and of a vendor that wants to be left alone, and of nothing else",
    arguments: [
      (0, 0, SourceState.Breaker.closed, nil), (0, now - 1, .closed, nil),
      (0, now + 90_000, .closed, "the vendor wants to be left alone for 1m"),
      (now + 22_500, 0, .open, "the breaker is open after failures in a row; trials in 23s"),
      (now - 5, now + 90_000, .halfOpen, "the breaker is half open; the next requests are trials"),
    ] as [(Int, Int, SourceState.Breaker, String?)]
  )
  func note(openUntil: Int, heldUntil: Int, breaker: SourceState.Breaker, note: String?) {
    var state = SourceState()
    (state.openUntil, state.heldUntil) = (openUntil, heldUntil)
    let status = SourceStatus("shop", state, now: Self.now)
    #expect(status.breaker == breaker && status.note == note.map { "source shop: \($0)" })
  }

  @Test("weir status shows the breaker that all programs share, without a database too")
  func program() async throws {
    let pipeline = try TestPipeline(
      sources: #"{ "shop": { "base_url": "http://127.0.0.1:9" } }"#,
      feeds: #"""
        { "cars": { "source": "shop", "path": "cars", "pagination": { "kind": "odata", "page_size": 5 },
                    "key": ["id"], "table": "car", "columns": { "id": "bigint" } } }
        """#
    )
    let spool = try Spool(root: pipeline.spool)
    func status() async throws -> (JSONValue, String) {
      let result = try await Programs.run(
        "weir",
        ["status", "--json", "--config", pipeline.file.string],
        environment: ["DATABASE_URL": "host=/nowhere"]
      )
      #expect(result.status == 0, "\(result.errors)")
      return (try JSONValue(parsing: result.output), result.errors)
    }
    let before = try await status()
    #expect(before.0["source"]?["breaker"]?.text == "closed" && !before.1.contains("breaker"))
    let file = try spool.sourceFile("shop", capacity: 1)
    let until = Int(Date.now.timeIntervalSince1970 * 1000) + 3_600_000
    try file.update { ($0.openUntil, $0.openings) = (until, 2) }
    let after = try await status()
    #expect(after.0["source"]?["breaker"]?.text == "open" && after.0["source"]?["openings"]?.integer == 2)
    #expect(after.1.contains("source shop: the breaker is open"))
  }
}
