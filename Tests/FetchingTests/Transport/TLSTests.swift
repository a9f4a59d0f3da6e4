import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import Fetching

/// Vendors behind TLS: real certificates of an authority of the test's own.
struct TLSTests {
  private static let paging = FetchTrial.Style.paged(#"{ "kind": "page_number", "page_size": 2, "total": "/total" }"#)

  private static let reply: @Sendable (String) -> String = { uri in
    let page = uri.firstMatch(of: #/[?&]page=(\d+)/#).flatMap { Int($0.output.1) } ?? 1
    // A last page that is full has an empty one behind it.
    return Wire.rest(page <= 20 ? [page * 2 - 1, page * 2] : [], total: 40)
  }

  private static func trial(_ server: TLSServer, trusting file: FilePath?) throws -> FetchTrial {
    let tls = file.map { #""tls": { "ca_file": "\#($0)" },"# } ?? ""
    return try FetchTrial(server.url, style: paging, source: #"\#(tls) "limits": { "concurrency": 4 },"#)
  }

  @Test(
    "HTTP/2 where the vendor offers it, all over one connection, and HTTP/1.1 where it does not",
    arguments: [(["h2", "http/1.1"], 2), (["http/1.1"], 1)]
  )
  func negotiated(protocols: [String], version: Int) async throws {
    let authority = try await TestAuthority()
    try await TLSServer.serving(authority.sign(), protocols: protocols, reply: Self.reply) { server in
      let trial = try Self.trial(server, trusting: authority.certificate)
      let (summary, _) = try await trial.run()
      #expect(summary.complete && summary.counts["records"] == 40)
      #expect(try trial.ready().lines == (1...40).map(Wire.record))
      let seen = server.seen
      #expect(seen.requests.count == 21 && seen.requests.allSatisfy { $0.version == version })
      #expect(version == 2 ? seen.connections == 1 : seen.connections <= 4, "\(seen.connections)")
    }
  }

  @Test(
    "a certificate that does not prove the vendor is refused, once and with the reason, and nothing is sent",
    arguments: [
      ("of an authority that nobody named", "localhost", 2, false, "not trusted"),
      ("of another host", "other.example", 2, true, "another host"),
      ("expired", "localhost", -1, true, "not trusted"),
    ]
  )
  func refused(what: String, name: String, days: Int, isKnown: Bool, words: String) async throws {
    let authority = try await TestAuthority()
    try await TLSServer.serving(authority.sign(name, days: days), reply: Self.reply) { server in
      let trial = try Self.trial(server, trusting: isKnown ? authority.certificate : nil)
      let error = try #require(try await trial.failure(), "\(what)")
      #expect(error.exitStatus == Telemetry.ExitStatus.permission, "\(what): \(error)")
      #expect(error.message.contains(words) && error.message.contains("1 attempt"), "\(what): \(error)")
      #expect(server.seen.requests.isEmpty)
      #expect(try trial.segments().isEmpty)
    }
  }

  @Test("an authority's file that cannot be read is a mistake in pipeline.json", arguments: ["absent", "empty"])
  func file(kind: String) async throws {
    let folder = try TemporarySpool()
    let path = folder.directory.appending("ca.pem")
    if kind == "empty" { _ = try await Programs.shell("printf nothing > \(path)") }
    let trial = try FetchTrial("https://localhost:1", source: #""tls": { "ca_file": "\#(path)" },"#)
    let error = try #require(try await trial.failure())
    #expect(error.exitStatus == Telemetry.ExitStatus.config && error.message.contains("ca.pem"), "\(error)")
    #expect(error.hint?.contains("sources.shop.tls.ca_file") == true)
  }
}
