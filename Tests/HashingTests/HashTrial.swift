import Foundation
import Hashing
import JSONText
import PipelineConfig
import Spool
import SystemPackage
import TestSupport
import Testing

/// A feed whose records a test hashes, with a spool of its own.
struct HashTrial {
  let folder: TemporarySpool
  let pipeline: Pipeline

  init(
    key: [String] = ["id"],
    exclude: [String] = ["stamp"],
    cursor: String? = "stamp",
    type: String = "timestamp",
    hash: String = "",
    settings: String = ""
  )
    throws
  {
    folder = try TemporarySpool()
    func quoted(_ names: [String]) -> String { "[\(names.map(JSONText.quoted).joined(separator: ","))]" }
    let cursor = cursor.map { #""cursor": {"field": "\#($0)", "type": "\#(type)"},"# } ?? ""
    let columns = key.map { "\(JSONText.quoted($0)): \"text\"" }.joined(separator: ",")
    let text = """
      { "sources": { "shop": { "base_url": "http://shop.example" } },
        "feeds": { "cars": { "source": "shop", "path": "cars", "pagination": { "kind": "odata", "page_size": 1 },
                             "key": \(quoted(key)), "table": "car", \(cursor) \(settings.isEmpty ? "" : settings + ",") "hash": { \(hash.isEmpty ? "" : hash + ",") "exclude": \(quoted(exclude)) },
                             "columns": { \(columns) } } } }
      """
    pipeline = try Pipeline(json: Array(text.utf8), directory: folder.directory, environment: [:])
  }

  /// What hash makes of these records.
  struct Outcome {
    var lines: [JSONValue]
    var footer: SegmentFooter
    var counts: [String: Int]
    var path: FilePath
    var rejected: [JSONValue]

    func field(_ name: String) -> [String] { lines.map { $0[name]?.encoded ?? "absent" } }
    var hashes: [String] { field("hash") }
  }

  func hash(_ records: [String], sequence: Int = 0) throws -> Outcome {
    let run = try #require(RunID("20261120T234408Z-7k2q"))
    let name = SegmentName(run: run, sequence: sequence)
    try folder.publish(records, name: name)
    return try hash(name)
  }

  func hash(_ name: SegmentName) throws -> Outcome {
    var processor = HashProcessor(pipeline: pipeline, spool: folder.spool)
    let queue = try folder.spool.queue(.fetched, feed: "cars")
    let done = try processor.process(try queue.open(name, in: .ready))
    let path = try #require(done.printed.first)
    let (lines, footer) = try TemporarySpool.read(path)
    let rejects = try folder.spool.rejected(feed: "cars").flatMap { try TemporarySpool.read($0.path).lines }
    return Outcome(
      lines: try lines.map { try JSONValue(parsing: $0) },
      footer: footer,
      counts: done.counts,
      path: path,
      rejected: try rejects.map { try JSONValue(parsing: $0) }
    )
  }
}

extension [UInt8] {
  /// A file's bytes.
  init(contentsOf path: FilePath) throws {
    self = try Array(Data(contentsOf: URL(filePath: path.string)))
  }
}
