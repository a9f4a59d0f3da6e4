import Foundation
import JSONText
import Logging
import PipelineConfig
import Postgres
import Spool
import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import Merging

/// A pipeline, a spool and the test's own database: what a segment meets on its way into a table.
final class MergeFixture {
  let database: TestDatabase
  let pipeline: Pipeline
  let spool: Spool
  private let folder: FilePath
  private let json: String
  private var processor: MergeProcessor

  /// `feeds` is the JSON text inside the `feeds` member, `tables` the statements that make the target tables.
  init(
    feeds: String = MergeFixture.item,
    tables: [String] = [MergeFixture.itemTable],
    asking: AskPolicy.Rule = .whenItPays,
    database settings: String = ""
  ) throws {
    database = try #require(TestDatabase.current)
    folder = FilePath(NSTemporaryDirectory()).appending("weir-merging-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      atPath: folder.string,
      withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700]
    )
    json = """
      { "database": { "url": "${URL}"\(settings) },
        "sources": { "s": { "base_url": "http://127.0.0.1" } }, "feeds": { \(feeds) } }
      """
    pipeline = try Pipeline(json: Array(json.utf8), directory: folder, environment: ["URL": database.url])
    spool = try Spool(root: folder.appending("spool"))
    var connection = try database.connect()
    // Deadlocks are counted for a database, and this one may have had a test that makes them.
    try connection.query("SELECT pg_stat_reset()")
    let sql = Programs.packageRoot.appending("sql")
    _ = try Migrator(schema: "public").apply(directory: sql, on: &connection)
    for table in tables { try connection.query(table) }
    processor = try Self.processor(pipeline, spool, asking: asking)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder.string) }

  static func processor(
    _ pipeline: Pipeline,
    _ spool: Spool,
    asking: AskPolicy.Rule = .whenItPays,
    isAuthoritative: Bool = false,
    defect: MergeDefect? = nil
  ) throws -> MergeProcessor {
    let reporter = Reporter(stage: "weir-merge", format: .json, level: .critical)
    var processor = try MergeProcessor(
      pipeline,
      spool,
      reporter,
      allowsDeletions: false,
      isAuthoritative: isAuthoritative,
      asking: asking,
      defect: defect
    )
    processor.pause = .milliseconds(2)
    return processor
  }

  /// The same pipeline, with the database at another address.
  func pipeline(url: String) throws -> Pipeline { try pipelineMaker(url) }

  /// The same, for use elsewhere.
  var pipelineMaker: @Sendable (_ url: String) throws -> Pipeline {
    { [json, folder] in try Pipeline(json: Array(json.utf8), directory: folder, environment: ["URL": $0]) }
  }

  static func feed(_ name: String, table: String, columns: String, key: String = "id", more: String = "") -> String {
    """
    "\(name)": { "source": "s", "path": "p", "pagination": { "kind": "odata", "page_size": 10 }, "key": ["\(key)"],
      "table": "\(table)", "columns": { \(columns) }\(more) }
    """
  }

  static let item = feed("item", table: "item", columns: #""id": "bigint", "name": "text", "tags": "jsonb""#)
  static let itemTable = """
    CREATE TABLE item (id bigint PRIMARY KEY, name text, tags jsonb, data_hash text, data_version text COLLATE "C")
    """

  /// How many keys of `item` are noted, alone or in spans.
  static let seenKeys = "(SELECT count(*) + coalesce(sum(_weir_last - id), 0) FROM weir.seen_item)"

  func query(_ sql: String) throws -> [[String?]] {
    var connection = try database.connect()
    return try connection.query(sql)
  }

  func merge(_ segment: InputSegment) throws -> [String: Int] { try processor.process(segment).counts }
  func process(_ segment: InputSegment) throws -> ProcessedSegment { try processor.process(segment) }
}

/// One row as stage would write it.
struct Row {
  var id: Int64
  /// Further members, as JSON text: `"name":"x"`.
  var members = #""name":"a","tags":null"#
  var hash = "h"
  /// The vendor's version.
  var version = "2026-01-01"

  /// A row of `item` whose hash follows its name.
  static func item(_ id: Int64, _ name: String, version: String = "2026-01-01") -> Row {
    Row(
      id: id,
      members: "\"name\":\(JSONValue.string(name).encoded),\"tags\":null",
      hash: "h-\(name)",
      version: version
    )
  }
}

extension MergeFixture {
  static let firstRun = "20260101T000000Z-aaaa"
  static let secondRun = "20260102T000000Z-aaaa"
  static let thirdRun = "20260103T000000Z-aaaa"

  /// Publishes a staged segment and returns it as the loop would hand it over.
  func segment(
    _ rows: [Row],
    feed: String = "item",
    run: String = firstRun,
    sequence: Int = 1,
    mode: RunMode = .incremental,
    dropped: [String: Int] = [:],
    lost: Int = 0
  ) throws -> InputSegment {
    let run = try #require(RunID(run))
    let lines = rows.map { row in
      """
      {"id":\(row.id),\(row.members),"data_hash":\(JSONValue.string(row.hash).encoded),"data_version":"\(row.version) \(run)-00000\(sequence)"}
      """
    }
    let fetched = rows.count + dropped.values.reduce(0, +) + lost
    return try publish(
      lines,
      SegmentFooter(
        feed: feed,
        run: run,
        sequence: sequence,
        stage: .staged,
        mode: mode,
        fetched: fetched,
        dropped: dropped,
        fetchedAt: "2026-01-01T00:00:00.000Z",
        program: "test"
      )
    )
  }

  /// Publishes a run's end.
  func end(
    feed: String = "item",
    run: String = firstRun,
    segments: Int,
    records: Int,
    mode: RunMode = .incremental,
    complete: Bool = true,
    watermark: String? = "2026-01-01T00:00:00Z",
    expected: Int? = nil
  ) throws -> InputSegment {
    let end = EndOfRun(
      complete: complete,
      segments: segments,
      records: records,
      watermark: watermark,
      since: nil,
      expected: expected
    )
    return try publish(
      [],
      SegmentFooter(
        feed: feed,
        run: try #require(RunID(run)),
        sequence: segments + 1,
        stage: .staged,
        kind: .end,
        mode: mode,
        fetchedAt: "2026-01-01T00:00:00.000Z",
        program: "test",
        end: end
      )
    )
  }

  func publish(_ lines: [String], _ footer: SegmentFooter) throws -> InputSegment {
    let queue = try spool.queue(.staged, feed: footer.feed)
    var writer = try SegmentWriter(queue: queue, name: footer.name)
    for line in lines { try writer.append(line: Array(line.utf8).span) }
    let path = try writer.publish(footer: footer)
    return InputSegment(
      feed: footer.feed,
      queue: .staged,
      state: .ready,
      name: footer.name,
      path: path,
      isRedo: false
    )
  }

  /// Publishes lines as they are.
  func lines(
    _ lines: [String],
    feed: String = "item",
    _ run: String,
    _ sequence: Int,
    _ mode: RunMode = .incremental
  ) throws -> InputSegment {
    let footer = SegmentFooter(
      feed: feed,
      run: try #require(RunID(run)),
      sequence: sequence,
      stage: .staged,
      mode: mode,
      fetched: lines.count,
      fetchedAt: "2026-01-01T00:00:00.000Z",
      program: "test"
    )
    return try publish(lines, footer)
  }

  /// A worker that always or never asks before it sends.
  func processor(asking: AskPolicy.Rule, defect: MergeDefect? = nil) throws -> MergeProcessor {
    try Self.processor(pipeline, spool, asking: asking, defect: defect)
  }

  /// A second worker with a connection of its own.
  func otherProcessor() throws -> MergeProcessor { try Self.processor(pipeline, spool) }
}
