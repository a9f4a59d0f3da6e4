import Foundation
import Postgres
import SystemPackage
import TestSupport
import Testing

/// A vendor that marks its answers, asked again and again: real programs, a real table.
@Suite(.postgres, .serialized)
struct UnchangedTests {
  @Test(
    "a feed in which nothing changed costs one answer without a body, and what changes then arrives",
    .timeLimit(.minutes(2))
  )
  func unchanged() async throws {
    let files = try TemporarySpool()
    let path = files.directory.appending("rows.ndjson").string
    let lines = (1...40).map { #"{"id":\#($0),"name":"row \#($0)"}"# + "\n" }
    try Data(lines.joined().utf8).write(to: URL(filePath: path))
    let arguments = ["--odata", "rows=\(path)", "--key", "rows=id", "--stamp", "updated_at"]
    try await PractiseVendor.serving(arguments) { vendor in
      try await vendor.rules(#"{ "etag": true }"#)
      let feeds = """
        { "rows": { "source": "shop", "path": "rows", "key": ["id"], "table": "rows", "cursor": "updated_at",
            "pagination": { "kind": "odata", "page_size": 10 },
            "columns": { "id": "bigint", "name": "text", "updated_at": "timestamptz" } } }
        """
      let bench = try FetchBench(vendor, base: "/odata", feeds: feeds)
      let migrated = try await bench.shell("weir db migrate --directory \(Programs.packageRoot)/sql")
      #expect(migrated.status == 0, "\(migrated.errors)")
      var connection = try #require(TestDatabase.current).connect()
      try connection.query(
        """
        CREATE TABLE rows (id bigint PRIMARY KEY, name text, updated_at timestamptz,
          data_hash text NOT NULL, data_version text COLLATE "C" NOT NULL)
        """
      )
      func load() async throws -> [Int?] {
        let before = try await vendor.log().count
        let done = try await bench.shell("weir-fetch rows | weir-hash - | weir-stage - | weir-merge -")
        #expect(done.status == 0, "\(done.errors)")
        return try await vendor.log().dropFirst(before).map(\.status)
      }
      #expect(try await load() == [200, 200, 200, 200])
      #expect(try await load() == [200], "the first time that nothing is new its tag is learned")
      #expect(try await load() == [304])
      #expect(try await load() == [304])
      try await bench.edit(#"{ "set": "rows", "change": { "keys": ["7"], "with": { "name": "changed" } } }"#)
      #expect(try await load() == [200])
      #expect(
        try connection.query("SELECT count(*), max(name) FILTER (WHERE id = 7) FROM rows") == [["40", "changed"]]
      )
    }
  }
}
