import Foundation
import Logging
import PipelineConfig
import Spool
import Synchronization
import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import Fetching

/// One feed of one vendor under test, with a spool of its own.
struct FetchTrial {
  /// In the configuration as the credential; must never be seen again but in a request to the source itself.
  static let canary = "canary-5e1f"

  let folder: TestPipeline
  var pipeline: Pipeline
  let spool: Spool

  /// `source` holds more members of the source, each with a comma behind it; `patience` is for how long an answer is waited for,
  /// and a request tried again.
  init(
    _ url: String,
    style: Style = .odata,
    auth: String = #"{ "bearer": "canary-5e1f" }"#,
    source: String = "",
    segmentRecords: Int = 20_000,
    patience: String = "60s"
  ) throws {
    folder = try TestPipeline(
      sources: """
        { "shop": { "base_url": "\(url)", "auth": \(auth), \(source)
                    "retry": { "attempts": 3, "budget": "\(patience)", "first_delay": "10ms" },
                    "timeouts": { "connect": "30s", "idle": "\(patience)", "whole": "\(patience)" } } }
        """,
      feeds: style.feed,
      segmentRecords: segmentRecords
    )
    pipeline = try Pipeline(contentsOf: folder.file, environment: ["DATABASE_URL": "host=/nowhere"])
    spool = try Spool(root: folder.spool)
  }

  enum Style {
    case odata
    case rest
    /// With a pagination of the test's own.
    case paged(String)

    var feed: String {
      let paging =
        switch self {
        case .odata: #"{ "kind": "odata", "page_size": 100 }"#
        case .rest: #"{ "kind": "page_number", "page_size": 2, "records": "/data", "total": "/total" }"#
        case .paged(let pagination): pagination
        }
      let since = paging.contains(#""odata""#) ? "" : #", "since_parameter": "since""#
      return """
        { "cars": { "source": "shop", "path": "cars", "pagination": \(paging), "key": ["id"], "table": "car",
                    "cursor": { "field": "at", "type": "timestamp"\(since) },
                    "columns": { "id": "bigint", "at": "timestamptz" } } }
        """
    }
  }

  /// Fetches, and returns what was published; `published` is told of each as soon as it is there.
  func run(
    _ options: FetchOptions = FetchOptions(),
    published: @escaping @Sendable (FilePath) -> Void = { _ in }
  ) async throws -> (summary: FetchSummary, paths: [FilePath]) {
    let paths = PathList()
    let job = FetchJob(
      feed: try pipeline.feed(named: "cars"),
      pipeline: pipeline,
      spool: spool,
      reporter: Reporter(stage: "weir-fetch", format: .text, level: .critical),
      options: options,
      published: {
        paths.add($0)
        published($0)
      }
    )
    let summary = try await job.run()
    return (summary, paths.all)
  }

  /// Fetches and must fail, with words that name the feed and hold no credential.
  ///
  /// - Returns: The error; nil when there was none.
  func failure(_ options: FetchOptions = FetchOptions()) async throws -> FetchError? {
    do {
      _ = try await run(options)
      return nil
    } catch let error as FetchError {
      #expect(error.message.hasPrefix("cars: ") && error.hint != nil)
      for text in [error.description, String(reflecting: error)] {
        #expect(!text.contains(Self.canary) && !text.contains("\n"))
      }
      return error
    }
  }

  /// All segments that are ready, in order.
  func segments() throws -> [(lines: [String], footer: SegmentFooter)] {
    let queue = try spool.queue(.fetched, feed: "cars")
    return try queue.segments(in: .ready).map { try TemporarySpool.read(queue.path(of: $0, in: .ready)) }
  }

  /// All records that are ready, in order, and the end of the run when it is there.
  func ready() throws -> (lines: [String], end: EndOfRun?) {
    let segments = try segments()
    return (segments.flatMap(\.lines), segments.compactMap(\.footer.end).last)
  }
}

private final class PathList: Sendable {
  private let paths = Mutex<[FilePath]>([])
  var all: [FilePath] { paths.withLock { $0 } }
  func add(_ path: FilePath) { paths.withLock { $0.append(path) } }
}

/// Records and pages as vendors write them.
enum Wire {
  static func record(_ id: Int) -> String {
    #"{"id":\#(id),"at":"2026-01-01T00:00:\#(id < 10 ? "0" : "")\#(id % 60)Z"}"#
  }

  static func odata(_ ids: [Int], next: String? = nil, count: Int? = nil) -> String {
    let total = count.map { #""@odata.count":\#($0),"# } ?? ""
    let link = next.map { #","@odata.nextLink":"\#($0)""# } ?? ""
    return #"{\#(total)"value":[\#(ids.map(record).joined(separator: ","))]\#(link)}"#
  }

  static func rest(_ ids: [Int], total: Int) -> String {
    #"{"total":\#(total),"data":[\#(ids.map(record).joined(separator: ","))]}"#
  }

  /// A chunked answer; without its end it is cut.
  static func chunked(_ body: [UInt8], headers: [String] = [], isWhole: Bool) -> WireServer.Reply {
    let head =
      ["HTTP/1.1 200 OK", "Content-Type: application/json", "Transfer-Encoding: chunked"] + headers + [
        "Connection: close"
      ]
    var bytes = Array((head.joined(separator: "\r\n") + "\r\n\r\n" + String(body.count, radix: 16) + "\r\n").utf8)
    bytes += body + Array("\r\n".utf8)
    if isWhole { bytes += Array("0\r\n\r\n".utf8) }
    return WireServer.Reply(bytes: bytes, closes: true)
  }

  /// What the program gzip makes of a text.
  static func gzip(_ text: String) async throws -> [UInt8] {
    let result = try await Programs.shell("printf %s \"$TEXT\" | gzip -c | base64 -w 0", environment: ["TEXT": text])
    return Data(base64Encoded: result.output).map(Array.init) ?? []
  }
}

extension Wire {
  /// Two hundred million zeros in two hundred thousand bytes.
  static func bomb() async throws -> [UInt8] {
    let result = try await Programs.shell("head -c 200000000 /dev/zero | gzip -c | base64 -w 0")
    return Data(base64Encoded: result.output).map(Array.init) ?? []
  }
}
