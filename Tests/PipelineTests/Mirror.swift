import Foundation
import JSONText
import Postgres
import SystemPackage
import TestSupport
import Testing

/// One mirror under test: a vendor, a pipeline and a database, and the runs between them.
struct Mirror {
  let vendor: PractiseVendor
  let pipeline: TestPipeline
  let database: TestDatabase

  var environment: [String: String?] {
    ["DATABASE_URL": database.url, "WEIR_VENDOR_TOKEN": vendor.token, "WEIR_VENDOR_URL": vendor.url]
  }

  /// `sources` for a vendor to practise on, in both styles.
  static let sources = """
    {
      "odata": { "base_url": "${WEIR_VENDOR_URL}/odata", "auth": { "bearer": "${WEIR_VENDOR_TOKEN}" },
                 "retry": { "attempts": 2, "budget": "5s" } },
      "rest": { "base_url": "${WEIR_VENDOR_URL}/rest", "auth": { "bearer": "${WEIR_VENDOR_TOKEN}" },
                "retry": { "attempts": 2, "budget": "5s" } }
    }
    """

  init(vendor: PractiseVendor, feeds: String, segmentRecords: Int = 20_000) async throws {
    self.vendor = vendor
    database = try #require(TestDatabase.current)
    pipeline = try TestPipeline(sources: Self.sources, feeds: feeds, segmentRecords: segmentRecords)
    let migrated = try await weir("db", "migrate", "--directory", Programs.packageRoot.appending("sql").string)
    #expect(migrated.status == 0, "\(migrated.errors)")
  }

  func weir(_ arguments: String...) async throws -> ProgramResult {
    try await Programs.run("weir", arguments, environment: environment, in: pipeline.directory)
  }

  /// A line of shell in the pipeline's folder, with the programs on its PATH.
  func shell(_ line: String) async throws -> ProgramResult {
    try await Programs.shell(line, environment: environment, in: pipeline.directory)
  }

  /// Runs feeds with `weir run --json` and returns each feed's counts by its name.
  func run(_ arguments: String...) async throws -> [String: FeedCounts] {
    let result = try await Programs.run(
      "weir",
      ["run", "--json"] + arguments,
      environment: environment,
      in: pipeline.directory
    )
    #expect(result.status == 0, "\(result.errors)\n\(result.output)")
    var feeds: [String: FeedCounts] = [:]
    for line in result.lines {
      let object = try JSONValue(parsing: line)
      guard case .string(let name)? = object["feed"] else { continue }
      feeds[name] = FeedCounts(object)
    }
    return feeds
  }

  func query(_ sql: String) throws -> [[String?]] {
    var connection = try database.connect()
    return try connection.query(sql)
  }

  /// The first column of the first row.
  func value(_ sql: String) throws -> String? {
    try query(sql).first?.first ?? nil
  }
}

/// What a run did with one feed, as `weir run --json` prints it.
struct FeedCounts: Equatable, CustomStringConvertible {
  var fetched = 0
  var inserted = 0
  var updated = 0
  var unchanged = 0
  /// Rows in the table that a full run did not see; nil after an incremental run.
  var unseen: Int?
  /// Rows deleted because a full run did not see them; nil where the feed does not want that.
  var vanished: Int?

  init(_ object: JSONValue) {
    func count(_ name: String) -> Int? {
      guard case .number(let text)? = object[name] else { return nil }
      return Int(text)
    }
    fetched = count("fetched") ?? -1
    inserted = count("inserted") ?? -1
    updated = count("updated") ?? -1
    unchanged = count("unchanged") ?? -1
    unseen = count("unseen")
    vanished = count("vanished")
  }

  init(fetched: Int, inserted: Int, updated: Int, unchanged: Int, unseen: Int?) {
    (self.fetched, self.inserted, self.updated) = (fetched, inserted, updated)
    (self.unchanged, self.unseen) = (unchanged, unseen)
  }

  var description: String {
    "fetched \(fetched), inserted \(inserted), updated \(updated), unchanged \(unchanged), "
      + "unseen \(unseen.map(String.init) ?? "-"), vanished \(vanished.map(String.init) ?? "-")"
  }
}
