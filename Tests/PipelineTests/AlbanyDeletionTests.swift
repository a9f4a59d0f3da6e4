import Foundation
import Postgres
import SystemPackage
import TestSupport
import Testing

/// Albany's snapshots as full runs that delete what vanished.
@Suite(
  .postgres,
  .enabled(if: Programs.hasSharedData, "no ../shared/data beside the project: Albany is skipped"),
  .timeLimit(.minutes(10))
)
struct AlbanyDeletionTests {
  static func counts(_ inserted: Int, _ updated: Int, _ unchanged: Int, _ vanished: Int) -> FeedCounts {
    let fetched = inserted + updated + unchanged
    var counts = FeedCounts(fetched: fetched, inserted: inserted, updated: updated, unchanged: unchanged, unseen: 0)
    counts.vanished = vanished
    return counts
  }

  static let expected: [[String: FeedCounts]] = [
    [
      "listings": counts(410, 0, 0, 0), "reviews": counts(21_879, 0, 0, 0), "calendar": counts(149_650, 0, 0, 0),
    ],
    [
      "listings": counts(118, 303, 0, 107), "reviews": counts(6_396, 0, 18_917, 2_962),
      "calendar": counts(135_186, 12_695, 5_784, 131_171),
    ],
    [
      "listings": counts(150, 311, 0, 110), "reviews": counts(6_540, 0, 21_324, 3_989),
      "calendar": counts(158_718, 9_547, 0, 144_118),
    ],
  ]

  /// The Albany feeds, each with its rule.
  static func feeds(_ action: String) -> String {
    AlbanyFeeds.sets.reduce(AlbanyFeeds.json) { json, set in
      json.replacing(
        "\"table\": \"\(set.name)\",",
        with: #""table": "\#(set.name)", "deletions": { "action": "\#(action)", "max_share": 1, "max_count": 200000 },"#
      )
    }
  }

  static func arguments(_ sets: [String]) -> [String] {
    let keys = ["listings": "id", "reviews": "id", "calendar": "listing_id,date"]
    return sets.flatMap { set in
      let files = AlbanyTests.snapshots.map { Programs.sharedData.appending("albany/\($0)-\(set).ndjson.gz").string }
      return ["--odata", "\(set)=\(files.joined(separator: ","))", "--key", "\(set)=\(keys[set] ?? "id")"]
    }
  }

  @Test("with removal the counts are as expected, and the tables equal each snapshot exactly")
  func removed() async throws {
    try await PractiseVendor.serving(Self.arguments(["listings", "reviews", "calendar"])) { vendor in
      let mirror = try await Mirror(vendor: vendor, feeds: Self.feeds("remove"))
      for statement in AlbanyFeeds.tables { _ = try mirror.query(statement) }
      for (index, snapshot) in AlbanyTests.snapshots.enumerated() {
        if index > 0 { _ = try await vendor.advance() }
        #expect(try await mirror.run("--full") == Self.expected[index], "snapshot \(snapshot)")
        try await expectExactly(mirror, snapshot, live: "true")
      }
      #expect(try await mirror.run().values.map(\.fetched) == [0, 0, 0])
    }
  }

  @Test("with marking instead, the live rows equal each snapshot")
  func marked() async throws {
    try await PractiseVendor.serving(Self.arguments(["listings", "reviews", "calendar"])) { vendor in
      let mirror = try await Mirror(vendor: vendor, feeds: Self.feeds("mark"))
      for statement in AlbanyFeeds.tables { _ = try mirror.query(statement) }
      for set in AlbanyFeeds.sets { _ = try mirror.query("ALTER TABLE \(set.name) ADD COLUMN deleted_at timestamptz") }
      for (index, snapshot) in AlbanyTests.snapshots.enumerated() {
        if index > 0 { _ = try await vendor.advance() }
        let counts = try await mirror.run("--full")
        for (feed, wanted) in Self.expected[index] {
          #expect(counts[feed]?.vanished == wanted.vanished, "\(feed) at \(snapshot)")
        }
        try await expectExactly(mirror, snapshot, live: "deleted_at IS NULL")
      }
    }
  }

  @Test("a set cut to a tenth is refused, until it is allowed")
  func outage() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "weir-albany-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let whole = Programs.sharedData.appending("albany/\(AlbanyTests.snapshots[0])-listings.ndjson.gz").string
    let made = try await Programs.shell(
      "zcat \(whole) | head -n 41 > cut.ndjson; test -s cut.ndjson",
      environment: [:],
      in: FilePath(folder.path)
    )
    #expect(made.status == 0, "\(made.errors)")
    let files = [whole, "\(folder.path)/cut.ndjson"].joined(separator: ",")
    try await PractiseVendor.serving(["--odata", "listings=\(files)", "--key", "listings=id"]) { vendor in
      let guarded = Self.feeds("remove").replacing(#""max_share": 1"#, with: #""max_share": 0.3"#)
      let mirror = try await Mirror(vendor: vendor, feeds: guarded)
      for statement in AlbanyFeeds.tables { _ = try mirror.query(statement) }
      let first = try await mirror.weir("run", "listings", "--full")
      #expect(first.status == 0, "\(first.errors)")
      let watermark = try mirror.value("SELECT watermark FROM weir.sync_state")
      for reason in ["369 of 410 rows would go"] {
        _ = try await vendor.advance()
        let run = try await mirror.weir("run", "listings", "--full")
        #expect(run.status == 65, "\(run.errors)")
        #expect(run.errors.contains(reason), "\(run.errors)")
        #expect(try mirror.value("SELECT count(*) FROM listings") == "410")
        #expect(try mirror.value("SELECT watermark FROM weir.sync_state") == watermark)
      }
      let allowed = try await mirror.shell(
        "weir-merge --allow-deletions --redo $(ls spool/listings/staged/held/*.lz4 | head -n 1)"
      )
      #expect(allowed.status == 0, "\(allowed.errors)")
    }
  }

  /// Every row of the snapshot is in the table, and no other that is live.
  private func expectExactly(_ mirror: Mirror, _ snapshot: String, live: String) async throws {
    for set in AlbanyFeeds.sets {
      try await mirror.loadDocuments(Programs.sharedData.appending("albany/\(snapshot)-\(set.name).ndjson.gz"))
      let table = "(SELECT \(set.fromTable) FROM \(set.name) WHERE \(live))"
      let document = "(SELECT \(set.fromDocument) FROM document)"
      let differing = try mirror.value(
        "SELECT count(*) FROM ((\(document) EXCEPT \(table)) UNION ALL (\(table) EXCEPT \(document))) AS difference"
      )
      #expect(differing == "0", "\(set.name) at \(snapshot)")
    }
  }
}
