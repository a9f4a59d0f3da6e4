import Foundation
import JSONText
import Postgres
import SystemPackage
import TestSupport
import Testing

/// A vendor whose records change, come late and go while they are read: in the end the table is the vendor's.
@Suite(.postgres, .serialized)
struct MovingDataTests {
  static let seeds = ProcessInfo.processInfo.environment["WEIR_TEST_SEEDS"].flatMap(Int.init) ?? 5

  /// Ways through pages in which what comes or goes before the place where the walk is moves nothing.
  static let steady = VendorDialect.allCases.filter { $0 != .page && $0 != .offset } + [.windows]

  @Test(
    "rows changed, added below the watermark and deleted while paging: after the next run with lookback all is there",
    .timeLimit(.minutes(10)),
    arguments: steady
  )
  func moving(dialect: VendorDialect) async throws {
    var (changes, stale) = (0, 0)
    for seed in 1...Self.seeds {
      let (seen, left) = try await MovingTrial(dialect, seed: seed).run()
      (changes, stale) = (changes + seen, stale + left)
    }
    print(
      "moving, \(dialect): \(Self.seeds) seeds, \(changes) records moved while paging, \(stale) gone ones until the full run"
    )
  }
}

/// One seed: a set of records, and what becomes of it while it is read.
private struct MovingTrial {
  let dialect: VendorDialect
  let seed: Int
  private static let pageSize = 20
  private static let count = 400

  init(_ dialect: VendorDialect, seed: Int) { (self.dialect, self.seed) = (dialect, seed) }

  private var feeds: String {
    let cursor =
      dialect.isOData
      ? #"{ "field": "updated_at", "lookback": "10m" }"#
      : #"{ "field": "updated_at", "lookback": "10m", "since_parameter": "updated_since" }"#
    return """
      { "rows": { "source": "shop", "path": "rows", "key": ["id"], "table": "rows", "cursor": \(cursor),
          "pagination": \(dialect.pagination(pageSize: Self.pageSize)), "hash": { "exclude": ["updated_at"] },
          "deleted_when": { "field": "gone" }, "deletions": { "max_share": 1 },
          "columns": { "id": "bigint", "name": "text", "updated_at": "timestamptz" } } }
      """
  }

  /// - Returns: Records that moved, and those that the vendor deleted without a word and the table still had after the
  ///   incremental run.
  func run() async throws -> (moved: Int, stale: Int) {
    let files = try TemporarySpool()
    let path = files.directory.appending("rows.ndjson").string
    let lines = (1...Self.count).map { #"{"id":\#($0),"name":"first \#($0)","gone":false}"# + "\n" }
    try Data(lines.joined().utf8).write(to: URL(filePath: path))
    return try await PractiseVendor.serving(["--rest", "rows=\(path)", "--key", "rows=id", "--stamp", "updated_at"]) {
      vendor in
      let bench = try FetchBench(vendor, base: dialect.base, feeds: feeds, segmentRecords: 20)
      try await Self.prepare(bench)
      try await load(bench, "--full")
      try await expectEqual(bench, "after the first run")

      // The second run reads everything, or what the vendor has changed since; and meanwhile it goes on changing.
      var random = SeededGenerator(seed: UInt64(seed) &* 31 &+ UInt64(dialect.rawValue.utf8.count))
      let isFull = seed % 2 == 0
      let ids = Array(1...Self.count).shuffled(using: &random)
      if !isFull { try await bench.edit(change(Array(ids.dropFirst(60)), "second")) }
      let edits = edits(&random, rarely: Array(ids.prefix(60)), often: Array(ids.dropFirst(60)))
      let rules = edits.map { #"{ "on": [\#($0.request)], "do": { "kind": "edit", "edit": \#($0.edit) } }"# }
      try await vendor.rules(#"{ "faults": [\#(rules.joined(separator: ","))] }"#)
      try await load(bench, isFull ? "--full" : "")
      let seen = try await vendor.log().count { $0.fault != nil }
      #expect(seen == edits.count, "\(dialect), seed \(seed): the edits happened")
      try await vendor.rules(#"{ "faults": null }"#)

      try await load(bench, "")
      let stale = try await expectEqual(bench, "after the incremental run", deleted: edits.flatMap(\.deleted))
      try await load(bench, "--full")
      try await expectEqual(bench, "after the full run")
      return (edits.reduce(0) { $0 + $1.moved }, stale)
    }
  }

  private struct Edit {
    var request: Int
    var edit: String
    var deleted: [Int]
    var moved: Int
  }

  /// Three moments of the run, and what happens at each: changes with a stamp of now and with one of minutes ago, records
  /// that come with a stamp of minutes ago, some that go, and some that are marked as gone. A stamp of minutes ago is
  /// later than the one that a record had: those are taken from `rarely`.
  private func edits(_ random: inout SeededGenerator, rarely: [Int], often: [Int]) -> [Edit] {
    var (rarely, often) = (rarely, often)
    func take(_ count: Int, of ids: inout [Int]) -> [Int] {
      defer { ids.removeFirst(count) }
      return Array(ids.prefix(count))
    }
    return [2, Int.random(in: 4...7, using: &random), Int.random(in: 8...11, using: &random)].enumerated().map {
      index,
      request in
      let late = Date.now.addingTimeInterval(-Double(60 + index * 60)).formatted(.iso8601)
      let (deleted, marked) = (take(1, of: &rarely) + take(1, of: &often), take(2, of: &often))
      let changed = index == 1 ? take(4, of: &rarely) : take(2, of: &rarely) + take(2, of: &often)
      let added = (0..<3).map { #"{"id":\#(1000 + index * 10 + $0),"name":"late \#($0)","gone":false}"# }
      switch index {
      case 0:
        let edit = """
          { "set": "rows", "change": \(members(changed, #"{"name":"changed in between"}"#)),
            "add": { "records": [\(added.joined(separator: ","))], "stamp": "\(late)" },
            "delete": { "keys": \(texts(deleted)) } }
          """
        return Edit(request: request, edit: edit, deleted: deleted, moved: 9)
      case 1:
        let edit = """
          { "set": "rows", "change": \(members(changed, #"{"name":"committed late"}"#, stamp: late)),
            "add": { "records": [\(added.joined(separator: ","))] } }
          """
        return Edit(request: request, edit: edit, deleted: [], moved: 7)
      default:
        let edit = """
          { "set": "rows", "change": \(members(marked, #"{"gone":true}"#)), "delete": { "keys": \(texts(deleted)) } }
          """
        return Edit(request: request, edit: edit, deleted: deleted, moved: 4)
      }
    }
  }

  private func change(_ ids: [Int], _ name: String) -> String {
    let with = #"{ "name": "\#(name)" }"#
    return #"{ "set": "rows", "change": \#(members(ids, with)) }"#
  }

  private func members(_ ids: [Int], _ with: String, stamp: String? = nil) -> String {
    #"{ "keys": \#(texts(ids)), "with": \#(with), "stamp": "\#(stamp ?? "now")" }"#
  }

  private func texts(_ ids: [Int]) -> String { "[\(ids.map { "\"\($0)\"" }.joined(separator: ","))]" }

  private static func prepare(_ bench: FetchBench) async throws {
    var connection = try #require(TestDatabase.current).connect()
    // What the database knows of another seed's rows would count here.
    for statement in ["DROP SCHEMA IF EXISTS weir CASCADE", "DROP SCHEMA public CASCADE", "CREATE SCHEMA public"] {
      try connection.query(statement)
    }
    let migrated = try await bench.shell("weir db migrate --directory \(Programs.packageRoot)/sql")
    #expect(migrated.status == 0, "\(migrated.errors)")
    try connection.query(
      """
      CREATE TABLE rows (id bigint PRIMARY KEY, name text, updated_at timestamptz,
        data_hash text NOT NULL, data_version text COLLATE "C" NOT NULL)
      """
    )
  }

  private func load(_ bench: FetchBench, _ options: String) async throws {
    let done = try await bench.shell("weir-fetch rows \(options) | weir-hash - | weir-stage - | weir-merge -")
    #expect(done.status == 0, "\(dialect), seed \(seed): \(done.errors)")
  }

  /// The table has what the vendor has, asked with other tools than the ones under test.
  ///
  /// - Returns: Rows that the vendor has no more, each of them among `deleted`.
  @discardableResult
  private func expectEqual(_ bench: FetchBench, _ moment: String, deleted: [Int] = []) async throws -> Int {
    let answer = try await bench.shell(
      """
      curl -fsS -H "Authorization: Bearer $WEIR_VENDOR_TOKEN" "$WEIR_VENDOR_URL/rest/rows?page_size=5000" |
        jq -r '.data | sort_by(.id)[] | select(.gone != true) | "\\(.id) \\(.name)"'
      """
    )
    #expect(answer.status == 0 && answer.lines.count > Self.count / 2, "\(answer.errors)")
    var connection = try #require(TestDatabase.current).connect()
    let rows = try connection.query("SELECT id || ' ' || name, id FROM rows ORDER BY id")
    let stale = rows.filter { !answer.lines.contains($0[0] ?? "") }
    let missing = answer.lines.filter { line in !rows.contains { $0[0] == line } }
    let what = "\(dialect), seed \(seed), \(moment)"
    #expect(missing == [], "\(what)")
    #expect(stale.allSatisfy { deleted.contains(Int($0[1] ?? "") ?? 0) }, "\(what): \(stale)")
    return stale.count
  }
}

extension FetchBench {
  /// Changes the vendor's records.
  func edit(_ document: String) async throws {
    let edited = try await Programs.shell(
      "printf %s \"$EDIT\" | weir-vendor edit --url \(vendor.url) --token \(vendor.token) -",
      environment: ["EDIT": document]
    )
    #expect(edited.status == 0, "\(edited.errors)")
  }
}
