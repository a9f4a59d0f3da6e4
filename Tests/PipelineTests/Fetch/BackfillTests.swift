import Foundation
import TestSupport
import Testing

/// A full run in parts and one in a single walk, of the practise vendor's own cars: real programs.
struct BackfillTests {
  private static let count = 3000

  private static func feed(_ name: String, _ pagination: String) -> String {
    """
    "\(name)": { "source": "shop", "path": "cars", "key": ["id"], "table": "\(name)", "cursor": "updated_at",
      "pagination": { "kind": "odata", "page_size": 50, \(pagination) }, "columns": { "id": "bigint" } }
    """
  }

  @Test(
    "parts bring what one walk brings, also from a vendor that refuses questions with many answers",
    .timeLimit(.minutes(3)),
    arguments: [nil, 400]
  )
  func same(answersMax: Int?) async throws {
    try await PractiseVendor.serving(["--cars", "\(Self.count)"]) { vendor in
      let feeds = """
        { \(Self.feed("serial", #""walk": "keyset""#)),
          \(Self.feed("parts", #""windows": { "from": "2023-06-01", "count": 8 }"#)) }
        """
      let bench = try FetchBench(vendor, base: "/odata", source: #", "limits": { "concurrency": 4 }"#, feeds: feeds)
      let serial = try await bench.fetch("serial --full")
      #expect(serial.status == 0 && serial.counts["records"] == Self.count, "\(serial.message)")
      if let answersMax {
        try await vendor.rules(#"{ "odata": { "answers_max": \#(answersMax) } }"#)
        let refused = try await bench.fetch("serial --full --no-resume")
        #expect(refused.status != 0 && refused.message.contains("exceeds"), "\(refused.message)")
      }
      let parts = try await bench.fetch("parts --full")
      #expect(parts.status == 0, "\(parts.message)")
      let (one, other) = (try bench.lines("serial"), try bench.lines("parts"))
      #expect(Set(one) == Set(other) && other.count == Self.count)
      print(
        "backfill, answers_max \(answersMax ?? 0): \(serial.counts["requests"] ?? 0) requests and \(serial.seconds) s in one walk,",
        "\(parts.counts["requests"] ?? 0) and \(parts.seconds) s in parts"
      )
    }
  }
}
