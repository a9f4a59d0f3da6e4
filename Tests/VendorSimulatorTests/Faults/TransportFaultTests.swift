import HTTPTypes
import JSONText
import NIOCore
import NIOHTTP1
import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import VendorSimulator

/// Faults of the transport, as curl sees them: its exit statuses are an opinion that is not ours.
@Suite(.timeLimit(.minutes(5)))
struct TransportFaultTests {
  struct Case: CustomTestStringConvertible {
    var action: String
    /// What curl exits with.
    var status: Int
    var options = ""
    var testDescription: String { action }
  }

  /// Source: curl(1), EXIT CODES. 7 not connected, 18 part of a file, 28 time-out, 52 nothing, 56 receiving failed, 61
  /// bad encoding, 23 writing (what 7.88 makes of gzip that cannot be read).
  static let cases = [
    Case(action: #"{"kind":"reset","place":"before_head"}"#, status: 56),
    Case(action: #"{"kind":"reset","place":"after_head"}"#, status: 56),
    Case(action: #"{"kind":"reset","place":"in_body"}"#, status: 56),
    Case(action: #"{"kind":"cut","place":"before_head"}"#, status: 52),
    Case(action: #"{"kind":"cut","place":"after_head"}"#, status: 18),
    Case(action: #"{"kind":"cut","framing":"length","at":0.9}"#, status: 18),
    Case(action: #"{"kind":"cut","framing":"chunked"}"#, status: 18),
    Case(action: #"{"kind":"silence","place":"before_head","for":20}"#, status: 28, options: "-m 1"),
    Case(action: #"{"kind":"silence","place":"in_body","for":20}"#, status: 28, options: "-m 1"),
    Case(action: #"{"kind":"trickle","bytes":1,"every":0.2}"#, status: 28, options: "-m 1"),
    Case(action: #"{"kind":"trickle","bytes":4096,"every":0.01}"#, status: 0),
    Case(action: #"{"kind":"down","for":15}"#, status: 52),
    Case(action: #"{"kind":"slow"}"#, status: 0),
  ]

  private static func curl(_ client: Client, _ path: String, _ options: String = "") async throws -> Int32 {
    try await Programs.shell("curl -sS -o /dev/null \(options) '\(client.url)\(path)' 2>/dev/null").status
  }

  @Test("each breaks the first request in its own way, and the second is whole", arguments: cases)
  func broken(row: Case) async throws {
    let rules = #"{"faults":[{"name":"f","times":1,"do":\#(row.action)}]}"#
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 100)], rules: rules) { client in
      #expect(try await Self.curl(client, "/rest/cars", row.options) == row.status)
      if row.action.contains("down") {
        #expect(try await Self.curl(client, "/rest/cars", row.options) == 7, "nobody listens")
        #expect(try await Self.curl(client, "/rest/cars", "--retry 90 --retry-connrefused --retry-delay 1") == 0)
      } else {
        #expect(try await Self.curl(client, "/rest/cars") == 0)
      }
      // That a client went away is seen at the next byte that is sent to it.
      var summary = try await client.json("/vendor/log/summary")
      while summary["under_way"]?.integer != 0 {
        try await Task.sleep(for: .milliseconds(20))
        summary = try await client.json("/vendor/log/summary")
      }
      #expect(summary["faults"]?.encoded == #"{"f":1}"#)
    }
  }

  @Test(
    "gzip that is cut or does not fit its checksum is whole as HTTP has it and broken as gzip has it",
    arguments: [#"{"kind":"cut","framing":"gzip"}"#, #"{"kind":"bad_checksum"}"#]
  )
  func brokenGzip(action: String) async throws {
    let rules = #"{"faults":[{"do":\#(action)}]}"#
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 100)], rules: rules) { client in
      let script = """
        curl -sS -D head -o body '\(client.url)/rest/cars' || exit 1
        grep -i '^content-encoding: gzip' head | tr -d '\\r'
        gzip -dc < body > text 2> why; echo "gzip $?"; test -s text && echo some; cat why
        """
      let folder = try TestFolder()
      let result = try await Programs.shell(script, in: folder.path)
      #expect(result.lines.first?.lowercased() == "content-encoding: gzip", "\(result)")
      #expect(result.lines.dropFirst().first == "gzip 1")
      #expect(result.lines.last?.contains(action.contains("cut") ? "unexpected end of file" : "crc error") == true)
    }
  }

  @Test("a bomb is a thousand times larger than it looks")
  func bomb() async throws {
    let rules = #"{"faults":[{"do":{"kind":"bomb","mebibytes":64}}]}"#
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 1)], rules: rules) { client in
      let script = """
        curl -sS -o body '\(client.url)/rest/cars' && wc -c < body && gzip -dc < body | wc -c && gzip -dc < body | tr -d ' '
        """
      let folder = try TestFolder()
      let result = try await Programs.shell(script, in: folder.path)
      let size = try #require(result.lines.first.flatMap { Int($0) })
      #expect(size < 400_000)
      #expect(Array(result.lines.dropFirst()) == ["\(64 << 20)", "["])
    }
  }

  @Test("many requests at once are counted, and more than the limit are refused")
  func concurrency() async throws {
    // Longer than this test may last: those that are let in stay until they are given up.
    let rules = #"{"limits":{"concurrency":3},"faults":[{"delay":600,"do":{"kind":"slow"}}]}"#
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 3)], rules: rules) { client in
      try await withThrowingTaskGroup(of: Void.self) { group in
        defer { group.cancelAll() }
        for page in 1...3 { group.addTask { _ = try await client.get("/rest/cars?page=\(page)") } }
        while try await client.json("/vendor/log/summary")["under_way"]?.integer != 3 {
          try await Task.sleep(for: .milliseconds(10))
        }
        for page in 4...8 { #expect(try await client.get("/rest/cars?page=\(page)").status == .tooManyRequests) }
        let summary = try await client.json("/vendor/log/summary")
        #expect(summary["violations"]?["concurrency"]?.integer == 5)
        #expect(summary["concurrency_highest"]?.integer ?? 0 > 3)
      }
    }
  }
}
