import Foundation
import JSONText
import Spool
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// A pipeline in front of one practise vendor, and its programs as they are built, run and killed.
struct FetchBench {
  let vendor: PractiseVendor
  let folder: TestPipeline
  let environment: [String: String?]

  /// `source` is the one source's members besides address and credential, each with a comma before it; `base` follows the
  /// vendor's address.
  init(
    _ vendor: PractiseVendor,
    base: String,
    source: String = "",
    feeds: String,
    segmentRecords: Int = 20_000
  ) throws {
    self.vendor = vendor
    let text = """
      { "shop": { "base_url": "${WEIR_VENDOR_URL}\(base)", "auth": { "bearer": "${WEIR_VENDOR_TOKEN}" } \(source) } }
      """
    folder = try TestPipeline(sources: text, feeds: feeds, segmentRecords: segmentRecords)
    environment = [
      "DATABASE_URL": TestDatabase.current?.url ?? "host=/nowhere", "WEIR_VENDOR_URL": vendor.url,
      "WEIR_VENDOR_TOKEN": vendor.token,
    ]
  }

  func shell(_ line: String) async throws -> ProgramResult {
    try await Programs.shell(line, environment: environment, in: folder.directory)
  }

  /// Runs weir-fetch to its end.
  func fetch(_ arguments: String) async throws -> FetchOutcome {
    let clock = ContinuousClock.now
    let result = try await shell("exec weir-fetch \(arguments) --log-format json")
    return try FetchOutcome(result, seconds: (ContinuousClock.now - clock) / .seconds(1), isMeasured: false)
  }

  /// Runs weir-fetch until `body` returns, and then kills it with SIGKILL; returns whether it was still there.
  func fetch(_ feed: String, killedAfter body: @escaping @Sendable () async throws -> Void) async throws -> Bool {
    let status = try await Programs.kill(
      "weir-fetch",
      [feed],
      environment: environment,
      in: folder.directory,
      when: body
    )
    return status == nil
  }

  /// Every line of a feed's fetched segments, wherever they are now.
  func lines(_ feed: String) throws -> [String] {
    let queue = try Spool(root: folder.spool).queue(.fetched, feed: feed)
    return try [SegmentState.ready, .done].flatMap { state in
      try queue.segments(in: state).flatMap { try TemporarySpool.read(queue.path(of: $0, in: state)).lines }
    }
  }

  /// What `weir-vendor log --summary` says.
  func summary() async throws -> JSONValue {
    let result = try await Programs.run(
      "weir-vendor",
      ["log", "--summary", "--url", vendor.url, "--token", vendor.token]
    )
    return try JSONValue(parsing: result.output)
  }
}
