import Foundation
import Spool
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// A pipeline of one feed of cars in a folder of its own, for the programs as they are built.
final class RealSpool: Sendable {
  let directory: FilePath
  let environment: [String: String?]

  /// The run that ``publish(segments:records:)`` makes.
  static let run: RunID = {
    guard let run = RunID("20261120T234408Z-7k2q") else { preconditionFailure("it is the name of a run") }
    return run
  }()

  static let feeds = """
    {
      "cars": {
        "source": "rest", "path": "cars",
        "pagination": { "kind": "page_number", "page_size": 100, "records": "/data", "total": "/total" },
        "key": ["id"], "cursor": { "field": "updated_at", "type": "timestamp", "since_parameter": "updated_since" },
        "table": "car",
        "columns": {
          "id": "bigint", "vin": "text", "make": "text", "model": "text", "year": "integer", "price": "numeric",
          "mileage": "integer", "updated_at": "timestamptz"
        }
      }
    }
    """

  /// - Parameters:
  ///   - settings: Members of `spool` besides `path`, JSON.
  ///   - vendor: Whom fetch asks; nil when it does not.
  ///   - database: For merge; nil when it does not run.
  /// - Throws: When the folder cannot be made.
  init(settings: String, vendor: PractiseVendor? = nil, database: String? = nil) throws {
    directory = FilePath(NSTemporaryDirectory()).appending("weir-real-\(UUID().uuidString.lowercased())")
    try FileManager.default.createDirectory(
      atPath: directory.string,
      withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700]
    )
    let text = """
      { "spool": { "path": "spool", \(settings) }, "database": { "url": "${DATABASE_URL:-}" },
        "sources": { "rest": { "base_url": "${WEIR_VENDOR_URL:-http://127.0.0.1:9}/rest",
                               "auth": { "bearer": "${WEIR_VENDOR_TOKEN:-none}" } } },
        "feeds": \(Self.feeds) }
      """
    try Data(text.utf8).write(to: URL(filePath: directory.appending("pipeline.json").string))
    environment = ["DATABASE_URL": database, "WEIR_VENDOR_URL": vendor?.url, "WEIR_VENDOR_TOKEN": vendor?.token]
  }

  deinit { try? FileManager.default.removeItem(atPath: directory.string) }

  var spool: Spool { get throws { try Spool(root: directory.appending("spool")) } }

  func shell(_ line: String) async throws -> ProgramResult {
    try await Programs.shell(line, environment: environment, in: directory)
  }

  func queue(_ name: QueueName) throws -> SpoolQueue { try spool.queue(name, feed: "cars") }

  /// Segments of numbered cars, as fetch would publish them; every tenth record has no key and will be put aside.
  func publish(segments: Int, records: Int) throws {
    for sequence in 0..<segments {
      let name = SegmentName(run: Self.run, sequence: sequence)
      var writer = try SegmentWriter(queue: queue(.fetched), name: name)
      for line in 0..<records {
        let id = sequence * records + line
        let key = id % 10 == 9 ? "null" : "\(id)"
        let text = "{\"id\":\(key),\"vin\":\"V\(id)\",\"price\":\(id).5,\"updated_at\":\"2026-11-20T00:00:00Z\"}"
        try writer.append(line: Array(text.utf8).span)
      }
      _ = try writer.publish(
        footer: TemporarySpool.footer(name: name, feed: "cars", queue: .fetched, fetched: records)
      )
    }
  }

  /// Records of a state of a queue, every one read and verified, and whether one is there twice.
  func count(_ queue: QueueName, _ states: [SegmentState]) throws -> Int {
    try Self.count(self.queue(queue), states)
  }

  static func count(_ queue: SpoolQueue, _ states: [SegmentState]) throws -> Int {
    var count = 0
    for state in states {
      for name in try queue.segments(in: state) {
        count += try TemporarySpool.read(queue.path(of: name, in: state)).lines.count
      }
    }
    return count
  }

  func rejected() throws -> Int {
    try spool.rejected(feed: "cars").reduce(0) { try $0 + TemporarySpool.read($1.path).lines.count }
  }
}
