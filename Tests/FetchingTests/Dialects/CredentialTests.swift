import Foundation
import NIOCore
import PipelineConfig
import Spool
import Synchronization
import Telemetry
import Testing

@testable import Fetching

/// How requests say who sends them.
@Suite(.timeLimit(.minutes(5)))
struct CredentialTests {
  @Test(
    "the credential goes where the vendor wants it, with every page, and is in no footer and no message",
    arguments: [
      (#"{ "api_key": { "header": "X-Api-Key", "value": "canary-5e1f" } }"#, "x-api-key: canary-5e1f"),
      (#"{ "api_key": { "query": "apikey", "value": "canary-5e1f" } }"#, "apikey=canary-5e1f"),
      (#"{ "basic": { "user": "me", "password": "canary-5e1f" } }"#, "authorization: Basic bWU6Y2FuYXJ5LTVlMWY="),
    ]
  )
  func places(auth: String, seen: String) async throws {
    try await WireServer.serving { number, _ in
      number < 3
        ? WireServer.Reply(Wire.odata([number], next: number == 1 ? "?page=2" : "?page=3&apikey=canary-5e1f"))
        : WireServer.Reply(#"{"error":"canary-5e1f bWU6Y2FuYXJ5LTVlMWY= is no good"}"#, status: "403 No")
    } _: { server in
      let trial = try FetchTrial(server.url, auth: auth, segmentRecords: 1)
      let error = try #require(try await trial.failure())
      #expect(error.exitStatus == .permission && error.message.contains("*** *** is no good") == seen.contains("Basic"))
      #expect(!error.message.contains("canary"))
      for head in server.requests {
        #expect(head.lowercased().contains(seen.lowercased()))
        #expect(!head.contains("apikey=canary-5e1f&apikey"), "once is enough")
      }
      #expect(try trial.segments().allSatisfy { $0.footer.source?.firstURL?.contains("canary") != true })
    }
  }

  /// A vendor that gives tokens and takes the newest alone.
  private final class TokenVendor: Sendable {
    let given = Mutex(0)
    let refusals = Mutex(0)
    func reply(_ head: String, life: Int, isRevoking: @Sendable (Int) -> Bool = { _ in false }) -> WireServer.Reply {
      if head.hasPrefix("POST /token") {
        let number = given.withLock { count in
          count += 1
          return count
        }
        return WireServer.Reply(
          #"{"access_token":"canary-5e1f-\#(number)","token_type":"Bearer","expires_in":\#(life)}"#
        )
      }
      let page = WireRequest(head).number("page") ?? 1
      let newest = given.withLock { $0 }
      guard head.contains("Bearer canary-5e1f-\(newest)"), !isRevoking(newest) else {
        refusals.withLock { $0 += 1 }
        return WireServer.Reply(#"{"error":"expired canary-5e1f-\#(newest)"}"#, status: "401 Unauthorized")
      }
      return WireServer.Reply(Wire.odata([page], next: page < 5 ? "?page=\(page + 1)" : nil))
    }
  }

  private static func oauth(_ url: String) -> String {
    """
    { "oauth2": { "token_url": "\(url)/token", "client_id": "weir", "client_secret": "canary-5e1f", "scope": "a b" } }
    """
  }

  @Test("OAuth2: a token is asked for once, and carried by every request")
  func token() async throws {
    let vendor = TokenVendor()
    try await WireServer.serving { _, head in
      vendor.reply(head, life: 3600)
    } _: { server in
      let (summary, _) = try await FetchTrial(server.url, auth: Self.oauth(server.url)).run()
      #expect(summary.complete && summary.counts["records"] == 5)
      #expect(vendor.given.withLock { $0 } == 1)
      let asked = try #require(server.requests.first)
      #expect(asked.contains("Basic \(Data("weir:canary-5e1f".utf8).base64EncodedString())"))
    }
  }

  @Test("OAuth2: a token that the vendor no longer takes is replaced once, and the run goes on")
  func revoked() async throws {
    let vendor = TokenVendor()
    try await WireServer.serving { _, head in
      vendor.reply(head, life: 3600) { newest in newest == 1 && head.contains("page=3") }
    } _: { server in
      let (summary, _) = try await FetchTrial(server.url, auth: Self.oauth(server.url)).run()
      #expect(summary.complete && summary.counts["records"] == 5)
      #expect(vendor.given.withLock { $0 } == 2 && server.requests.count == 8)
      // Asked for once more as any request is that failed, in its turn.
      #expect(summary.counts["requests"] == 6 && summary.counts["retries"] == 1)
    }
  }

  @Test("OAuth2: a token about to expire is replaced before it does")
  func expiring() async throws {
    let vendor = TokenVendor()
    try await WireServer.serving { _, head in
      vendor.reply(head, life: 1)
    } _: { server in
      let source = #""limits": { "per_second": 4 },"#
      let trial = try FetchTrial(server.url, auth: Self.oauth(server.url), source: source)
      let (summary, _) = try await trial.run()
      #expect(summary.complete && summary.counts["records"] == 5)
      #expect(vendor.given.withLock { $0 } >= 2)
      #expect(vendor.refusals.withLock { $0 } == 0)
    }
  }

  @Test(
    "OAuth2: a token that comes drop by drop, or never ends, is given up",
    arguments: [("not done within 0.4 seconds", 20, 60_000), ("more than 64 KiB", nil, 100_000)]
      as [(String, Int64?, Int)]
  )
  func endless(words: String, pause: Int64?, count: Int) async throws {
    try await WireServer.serving { _, _ in
      var reply = WireServer.Reply(#"{"access_token":"t"}"# + String(repeating: " ", count: count))
      reply.pause = pause.map { .milliseconds($0) }
      return reply
    } _: { server in
      var trial = try FetchTrial(server.url, auth: Self.oauth(server.url))
      if pause != nil { trial.pipeline.feeds[0].source.timeouts.whole = .milliseconds(400) }
      trial.pipeline.feeds[0].source.retry.attempts = 1
      let error = try #require(try await trial.failure())
      #expect(error.message.contains(words) && server.requests.count == 1, "\(error)")
    }
  }

  @Test("OAuth2: no token is a matter of the credential, said without it", arguments: ["400 Bad", "401 No", "200 OK"])
  func refused(status: String) async throws {
    try await WireServer.serving { _, _ in
      WireServer.Reply(#"{"error":"invalid_client","error_description":"canary-5e1f?"}"#, status: status)
    } _: { server in
      let error = try #require(try await FetchTrial(server.url, auth: Self.oauth(server.url)).failure())
      #expect(error.exitStatus == .permission && error.message.contains("no token from"), "\(error)")
      #expect(server.requests.count == 1)
    }
  }
}
