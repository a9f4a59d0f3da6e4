import Foundation
import Postgres
import Spool
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// A quarter of a million records of one and the same moment, and a vendor that shows a hundred thousand.
@Suite(.postgres, .serialized)
struct TieTests {
  private static let count = 250_000
  private static let few = 25_000
  private static let window = 100_000
  /// A checkpoint that grows with the data is seen long before this.
  private static let checkpointBytesMax = 4096

  /// The largest size that a file was seen to have.
  private final class Largest: Sendable {
    let bytes = Atomic<Int>(0)
    func see(_ path: FilePath) {
      let size = (try? FileManager.default.attributesOfItem(atPath: path.string))?[.size] as? Int ?? 0
      if size > bytes.load(ordering: .relaxed) { bytes.store(size, ordering: .relaxed) }
    }
  }

  /// Records of a few fields; PostgreSQL counts them again at the end.
  private static func file(_ count: Int, in folder: FilePath) throws -> String {
    let path = folder.appending("ties-\(count).ndjson").string
    let lines = (1...count).map { #"{"id":\#($0),"name":"record no. \#($0) of one and the same moment"}"# + "\n" }
    try Data(lines.joined().utf8).write(to: URL(filePath: path))
    return path
  }

  private static func feed(_ name: String, _ set: String, _ walk: String) -> String {
    """
    "\(name)": { "source": "shop", "path": "\(set)", "key": ["id"], "table": "ties", "cursor": "updated_at",
      "pagination": { "kind": "odata", "page_size": 5000, "walk": "\(walk)" },
      "columns": { "id": "bigint", "name": "text", "updated_at": "timestamptz" } }
    """
  }

  @Test(
    "250,000 records of one moment come once each past a window of 100,000, with a small checkpoint and flat memory",
    .timeLimit(.minutes(10)),
    arguments: ["next_link", "keyset"]
  )
  func ties(walk: String) async throws {
    let files = try TemporarySpool()
    let sets = try [
      "many": Self.file(Self.count, in: files.directory), "few": Self.file(Self.few, in: files.directory),
    ]
    let arguments = sets.flatMap { ["--odata", "\($0.key)=\($0.value)", "--key", "\($0.key)=id"] }
    try await PractiseVendor.serving(arguments + ["--stamp", "updated_at"]) { vendor in
      let feeds = "{ \(Self.feed("many", "many", walk)), \(Self.feed("few", "few", walk)) }"
      let bench = try FetchBench(vendor, base: "/odata", feeds: feeds, segmentRecords: 20_000)
      for set in sets.keys {
        try await bench.edit(#"{"set":"\#(set)","stamp_all":"2026-03-01T12:00:00.125Z"}"#)
      }
      // The same share of the small set can be seen.
      try await vendor.rules(#"{ "odata": { "window": \#(Self.window / 10) } }"#)
      let small = try await bench.fetch("few")
      #expect(small.status == 0 && small.counts["records"] == Self.few, "\(small.message)")
      try await vendor.rules(#"{ "odata": { "window": \#(Self.window) } }"#)
      let (large, checkpoint) = try await Self.watched(bench)
      #expect(large.status == 0 && large.counts["records"] == Self.count, "\(large.message)")

      let (smallMiB, largeMiB) = (Double(small.peakBytes) / 1_048_576, Double(large.peakBytes) / 1_048_576)
      let requests = large.counts["requests"] ?? 0
      print(
        "ties, \(walk): \(large.counts["records"] ?? 0) records in \(requests) requests and \(large.seconds) s,",
        "checkpoint \(checkpoint) bytes, peak \(smallMiB) MiB of \(Self.few) records, \(largeMiB) MiB of \(Self.count)"
      )
      #expect(checkpoint > 0 && checkpoint < Self.checkpointBytesMax)
      #expect(large.peakBytes < small.peakBytes + 8 << 20)
      // An empty page ends each part of the walk.
      #expect((50...55).contains(requests))
      try await Self.check(bench)
    }
  }

  /// Fetches the large set and looks all the while how large the checkpoint is.
  private static func watched(_ bench: FetchBench) async throws -> (FetchOutcome, checkpointBytes: Int) {
    let largest = Largest()
    let path = bench.folder.spool.appending("many/state/checkpoint.json")
    let watch = Task {
      while !Task.isCancelled {
        largest.see(path)
        try? await Task.sleep(for: .milliseconds(5))
      }
    }
    defer { watch.cancel() }
    let outcome = try await bench.fetch("many")
    return (outcome, largest.bytes.load(ordering: .relaxed))
  }

  /// Each record is in the segments once, and in the table once.
  private static func check(_ bench: FetchBench) async throws {
    let lines = try bench.lines("many")
    #expect(lines.count == count && Set(lines).count == count)
    let migrated = try await bench.shell("weir db migrate --directory \(Programs.packageRoot)/sql")
    #expect(migrated.status == 0, "\(migrated.errors)")
    var connection = try #require(TestDatabase.current).connect()
    try connection.query(
      """
      CREATE TABLE ties (id bigint PRIMARY KEY, name text, updated_at timestamptz,
        data_hash text NOT NULL, data_version text COLLATE "C" NOT NULL)
      """
    )
    let loaded = try await bench.shell("weir-hash --feed many | weir-stage - | weir-merge -")
    #expect(loaded.status == 0, "\(loaded.errors)")
    let rows = try connection.query(
      "SELECT count(*), min(id), max(id), count(DISTINCT updated_at), count(DISTINCT name) FROM ties"
    )
    #expect(rows == [["\(count)", "1", "\(count)", "1", "\(count)"]])
  }
}
