import Foundation
import Postgres
import SystemPackage
import TestSupport
import Testing

/// Inside Airbnb's Albany, three snapshots: parents with two kinds of children, ids beyond 2^53, emoji and newlines.
@Suite(
  .postgres,
  .enabled(if: Programs.hasSharedData, "no ../shared/data beside the project: Albany is skipped"),
  .timeLimit(.minutes(10))
)
struct AlbanyTests {
  static let snapshots = ["2024-01-06", "2024-11-05", "2025-10-05"]

  /// Inserted, updated, unchanged, and rows in the table that the snapshot no longer has.
  static let expected: [[String: FeedCounts]] = [
    [
      "listings": FeedCounts(fetched: 410, inserted: 410, updated: 0, unchanged: 0, unseen: 0),
      "reviews": FeedCounts(fetched: 21_879, inserted: 21_879, updated: 0, unchanged: 0, unseen: 0),
      "calendar": FeedCounts(fetched: 149_650, inserted: 149_650, updated: 0, unchanged: 0, unseen: 0),
    ],
    [
      "listings": FeedCounts(fetched: 421, inserted: 118, updated: 303, unchanged: 0, unseen: 107),
      "reviews": FeedCounts(fetched: 25_313, inserted: 6_396, updated: 0, unchanged: 18_917, unseen: 2_962),
      "calendar": FeedCounts(fetched: 153_665, inserted: 135_186, updated: 12_695, unchanged: 5_784, unseen: 131_171),
    ],
    [
      "listings": FeedCounts(fetched: 461, inserted: 143, updated: 318, unchanged: 0, unseen: 210),
      "reviews": FeedCounts(fetched: 27_864, inserted: 6_239, updated: 0, unchanged: 21_625, unseen: 6_650),
      "calendar": FeedCounts(fetched: 168_265, inserted: 158_718, updated: 9_547, unchanged: 0, unseen: 275_289),
    ],
  ]

  @Test("three snapshots as full runs give the expected counts, and the tables equal each snapshot")
  func snapshots() async throws {
    var arguments: [String] = []
    for (set, key) in [("listings", "id"), ("reviews", "id"), ("calendar", "listing_id,date")] {
      let files = Self.snapshots.map { Programs.sharedData.appending("albany/\($0)-\(set).ndjson.gz").string }
      arguments += ["--odata", "\(set)=\(files.joined(separator: ","))", "--key", "\(set)=\(key)"]
    }
    try await PractiseVendor.serving(arguments) { vendor in
      let mirror = try await Mirror(vendor: vendor, feeds: AlbanyFeeds.json)
      for statement in AlbanyFeeds.tables { _ = try mirror.query(statement) }

      for (index, snapshot) in Self.snapshots.enumerated() {
        if index > 0 { _ = try await vendor.advance() }
        let counts = try await mirror.run("--full")
        #expect(counts == Self.expected[index], "snapshot \(snapshot)")
        try await expectEqual(mirror, to: snapshot)

        let again = try await mirror.run()
        #expect(again.values.map(\.fetched) == [0, 0, 0], "an incremental run right after finds nothing: \(again)")
      }
    }
  }

  @Test("after an advance an incremental run brings only what moved")
  func incremental() async throws {
    let files = Self.snapshots.prefix(2).map { Programs.sharedData.appending("albany/\($0)-reviews.ndjson.gz").string }
    let arguments = ["--odata", "reviews=\(files.joined(separator: ","))", "--key", "reviews=id"]
    try await PractiseVendor.serving(arguments) { vendor in
      let mirror = try await Mirror(vendor: vendor, feeds: AlbanyFeeds.orphanReviews)
      for statement in AlbanyFeeds.tables { _ = try mirror.query(statement) }
      #expect(try await mirror.run()["reviews"]?.inserted == 21_879)

      _ = try await vendor.advance()
      let moved = try await mirror.run()
      #expect(moved["reviews"] == FeedCounts(fetched: 6_396, inserted: 6_396, updated: 0, unchanged: 0, unseen: nil))
    }
  }

  /// Compares every mapped column with the snapshot's own JSON, which PostgreSQL parses for itself.
  private func expectEqual(_ mirror: Mirror, to snapshot: String) async throws {
    for set in AlbanyFeeds.sets {
      let file = Programs.sharedData.appending("albany/\(snapshot)-\(set.name).ndjson.gz")
      try await mirror.loadDocuments(file)
      let differing = try mirror.value(
        """
        SELECT count(*) FROM
          ((SELECT \(set.fromDocument) FROM document EXCEPT SELECT \(set.fromTable) FROM \(set.name))
           UNION ALL
           (SELECT \(set.fromTable) FROM \(set.name) t
              WHERE EXISTS (SELECT FROM document d WHERE \(set.sameKey))
            EXCEPT SELECT \(set.fromDocument) FROM document)) AS difference
        """
      )
      #expect(differing == "0", "\(set.name) at \(snapshot)")
    }
  }
}
