import Foundation
import JSONText
import PipelineConfig
import Postgres
import Spool
import SystemPackage
import TestSupport
import Testing

/// Records that a test writes into the fetched queue itself, and the programs that take them from there to a table.
struct SpoolLoad {
  let pipeline: TestPipeline
  let database: TestDatabase
  /// The feed's table, which has the key `id` of type bigint.
  static let table = "item"

  /// `columns` is JSON text of the columns beside `id`, `settings` of more members of the feed, each followed by a comma,
  /// and `table` SQL of the table's columns beside `id`.
  init(columns: String, settings: String = "", table: String) async throws {
    database = try #require(TestDatabase.current)
    let feeds = Self.feeds(columns, settings)
    pipeline = try TestPipeline(sources: #"{ "shop": { "base_url": "http://shop.example" } }"#, feeds: feeds)
    let migrations = Programs.packageRoot.appending("sql").string
    let migrated = try await weir("db", "migrate", "--directory", migrations)
    #expect(migrated.status == 0, "\(migrated.errors)")
    var connection = try database.connect()
    try connection.query(
      "CREATE TABLE \(Self.table) (id bigint PRIMARY KEY, \(table), data_hash text NOT NULL, data_version text COLLATE \"C\" NOT NULL)"
    )
  }

  private static func feeds(_ columns: String, _ settings: String) -> String {
    """
    { "items": { "source": "shop", "path": "items", "pagination": { "kind": "odata", "page_size": 1 },
                 "rejects": { "max_count": 1000000, "max_share": 1 }, \(settings)
                 "key": ["id"], "table": "\(Self.table)", "columns": { "id": "bigint", \(columns) } } }
    """
  }

  /// Puts other columns and settings into the pipeline's file, as a person does who mends it.
  func configure(columns: String, settings: String = "") throws {
    guard
      case .object(var members) = try JSONValue(parsing: Array(Data(contentsOf: URL(filePath: pipeline.file.string))))
    else { throw Unclear() }
    let feeds = try JSONValue(parsing: Self.feeds(columns, settings))
    members = members.map { $0.name == "feeds" ? JSONMember(name: "feeds", value: feeds) : $0 }
    try Data(JSONValue.object(members).encoded.utf8).write(to: URL(filePath: pipeline.file.string))
  }

  private struct Unclear: Error {}

  func weir(_ arguments: String...) async throws -> ProgramResult {
    try await Programs.run("weir", arguments, environment: ["DATABASE_URL": database.url], in: pipeline.directory)
  }

  func shell(_ line: String) async throws -> ProgramResult {
    try await Programs.shell(line, environment: ["DATABASE_URL": database.url], in: pipeline.directory)
  }

  /// Publishes the records as one run of one segment, and its end.
  func publish(_ records: [String], run: String = "20261120T234408Z-7k2q") throws {
    let spool = try Spool(root: pipeline.spool)
    let run = try #require(RunID(run))
    let queue = try spool.queue(.fetched, feed: "items")
    let name = SegmentName(run: run, sequence: 1)
    var writer = try SegmentWriter(queue: queue, name: name)
    for record in records { try writer.append(line: Array(record.utf8).span) }
    _ = try writer.publish(footer: TemporarySpool.footer(name: name, feed: "items", fetched: records.count))
    let last = SegmentName(run: run, sequence: 2)
    var footer = TemporarySpool.footer(name: last, feed: "items")
    footer.kind = .end
    footer.end = EndOfRun(complete: true, segments: 1, records: records.count)
    _ = try SegmentWriter(queue: queue, name: last).publish(footer: footer)
  }

  /// Hashes, stages and merges what is ready.
  func load() async throws {
    let done = try await shell("weir-hash --feed items | weir-stage - | weir-merge -")
    #expect(done.status == 0, "\(done.errors)")
  }

  /// Every record that was put aside: as it was, and why.
  func rejected() throws -> [(text: String, reason: String)] {
    var entries: [(text: String, reason: String)] = []
    for file in try Spool(root: pipeline.spool).rejected(feed: "items") {
      for line in try TemporarySpool.read(file.path).lines {
        let entry = try JSONValue(parsing: line)
        entries.append((entry["record"].map { $0.text ?? $0.encoded } ?? "", entry["reason"]?.text ?? ""))
      }
    }
    return entries
  }

  func query(_ sql: String) throws -> [[String?]] {
    var connection = try database.connect()
    try connection.query("SET TimeZone = 'UTC'")
    return try connection.query(sql)
  }
}
