import Foundation
import JSONText
import PipelineConfig
import Spool
import Staging
import SystemPackage
import TestSupport
import Testing

/// A feed whose rows a test makes, with a spool of its own.
struct StageTrial {
  let folder: TemporarySpool
  let pipeline: Pipeline
  static let name = SegmentName(run: RunID("20261120T234408Z-7k2q") ?? .make(), sequence: 3)

  /// `columns` is JSON text of the columns beside `id`, a bigint.
  init(_ columns: String, settings: String = "") throws {
    folder = try TemporarySpool()
    let text = """
      { "sources": { "shop": { "base_url": "http://shop.example" } },
        "feeds": { "cars": { "source": "shop", "path": "cars", "pagination": { "kind": "odata", "page_size": 1 },
                             "key": ["id"], "cursor": { "field": "at", "type": "timestamp" }, "table": "car",
                             \(settings)\(settings.isEmpty ? "" : ",")
                             "columns": { "id": "bigint"\(columns.isEmpty ? "" : ", ")\(columns) } } } }
      """
    pipeline = try Pipeline(json: Array(text.utf8), directory: folder.directory, environment: [:])
  }

  struct Outcome {
    /// The rows as text, and what each says.
    var texts: [String]
    var footer: SegmentFooter
    var counts: [String: Int]
    var rejected: [JSONValue]
    var path: FilePath

    /// A column of all rows, as it is written.
    func column(_ name: String) throws -> [String] {
      try texts.map { try JSONValue(parsing: $0)[name]?.encoded ?? "absent" }
    }
  }

  /// A line of the hashed queue.
  static func line(_ id: Int, _ members: String = "", version: String? = nil, hash: String = "0") -> String {
    let record = "{\"id\":\(id)\(members.isEmpty ? "" : ",")\(members)}"
    let version = version.map(JSONText.quoted) ?? "null"
    return #"{"key":[\#(id)],"version":\#(version),"op":"upsert","hash":"\#(hash)","record":\#(record)}"#
  }

  func stage(_ lines: [String], name: SegmentName = StageTrial.name) throws -> Outcome {
    try folder.publish(lines, name: name, queue: .hashed)
    return try stage(name)
  }

  /// Stages what is published under a name.
  func stage(_ name: SegmentName) throws -> Outcome {
    var processor = StageProcessor(pipeline: pipeline, spool: folder.spool)
    let queue = try folder.spool.queue(.hashed, feed: "cars")
    let done = try processor.process(try queue.open(name, in: .ready))
    let path = try #require(done.printed.first)
    let (texts, footer) = try TemporarySpool.read(path)
    let rejects = try folder.spool.rejected(feed: "cars").flatMap { try TemporarySpool.read($0.path).lines }
    return Outcome(
      texts: texts,
      footer: footer,
      counts: done.counts,
      rejected: try rejects.map { try JSONValue(parsing: $0) },
      path: path
    )
  }
}
