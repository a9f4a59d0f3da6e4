import Foundation
import PipelineConfig
import Spool
import Telemetry
import Testing

@testable import Fetching

/// What the vendor's status means for the run.
struct StatusTests {
  struct Case: CustomTestStringConvertible {
    var status: String
    var headers: [String] = []
    var body = #"{"error":{"code":"X","message":"in the vendor's words"}}"#
    var exit: Telemetry.ExitStatus
    var requests: Int
    var testDescription: String { "\(status) \(headers)" }
  }

  @Test(
    "each status is tried as often as it is worth, and ends with its own exit status",
    arguments: [
      Case(status: "401 Unauthorized", exit: .permission, requests: 1),
      Case(status: "403 Forbidden", exit: .permission, requests: 1),
      Case(status: "404 Not Found", exit: .config, requests: 1),
      Case(status: "400 Bad Request", exit: .config, requests: 1),
      Case(status: "501 Not Implemented", exit: .config, requests: 1),
      Case(status: "410 Gone", exit: .dataError, requests: 1),
      Case(status: "429 Too Many Requests", headers: ["Retry-After: 0"], exit: .temporaryFailure, requests: 3),
      Case(status: "429 Too Many Requests", headers: ["Retry-After: 3600"], exit: .temporaryFailure, requests: 1),
      Case(status: "500 Internal Server Error", exit: .temporaryFailure, requests: 3),
      Case(status: "503 Service Unavailable", exit: .temporaryFailure, requests: 3),
      Case(status: "200 OK", exit: .dataError, requests: 3),
      Case(status: "200 OK", body: "<html><title>in the vendor's words</title></html>", exit: .dataError, requests: 3),
    ]
  )
  func failing(row: Case) async throws {
    let reply = WireServer.Reply(row.body, status: row.status, headers: row.headers)
    try await WireServer.serving { _, _ in
      reply
    } _: { server in
      let trial = try FetchTrial(server.url)
      let error = try #require(try await trial.failure())
      #expect(error.exitStatus == row.exit, "\(error)")
      #expect(server.requests.count == row.requests, "\(error)")
      #expect(error.message.contains("in the vendor's words"), "\(error)")
      #expect(error.message.contains("cars") && error.message.contains("/cars"), "\(error)")
      #expect(!error.description.contains("\n"))
    }
  }

  @Test(
    "after a status that passes the page is asked for again",
    arguments: ["429 Too Many Requests", "503 Busy", "408 Slow"]
  )
  func passing(status: String) async throws {
    try await WireServer.serving { number, _ in
      number < 3
        ? WireServer.Reply("{}", status: status, headers: ["Retry-After: 0"]) : WireServer.Reply(Wire.odata([1, 2, 3]))
    } _: { server in
      let (summary, _) = try await FetchTrial(server.url).run()
      #expect(summary.counts["records"] == 3 && summary.counts["retries"] == 2)
    }
  }

  @Test(
    "what an answer brought that failed counts as bytes of the hour",
    arguments: [
      WireServer.Reply(padding, status: "500 Oh"), WireServer.Reply(#"{"error":"no"}"# + padding),
    ]
  )
  func failedBytes(reply: WireServer.Reply) async throws {
    try await WireServer.serving { _, _ in
      reply
    } _: { server in
      var trial = try FetchTrial(server.url)
      trial.pipeline.feeds[0].source.limits.bytesPerHour = 1 << 30
      #expect(try await trial.failure() != nil && server.requests.count == 3)
      let file = try trial.spool.sourceFile("shop", capacity: 1)
      let now = Int(Date.now.timeIntervalSince1970 * 1000)
      let admission = try file.takeTurn([], bytesPerHour: 3 * Self.padding.utf8.count, now: now) { _ in Never?.none }
      switch admission {
      case .turn(let turn, _): #expect(turn.time > now, "three answers are in the sum")
      }
    }
  }

  private static let padding = String(repeating: " ", count: 5_000)

  @Test("a vendor that repeats the token in its message does not bring it into ours")
  func echo() async throws {
    let body = #"{"error":{"message":"unknown token \#(FetchTrial.canary) of yours"}}"#
    try await WireServer.serving { _, _ in
      WireServer.Reply(body, status: "401 No")
    } _: { server in
      let error = try #require(try await FetchTrial(server.url).failure())
      #expect(error.message.contains("unknown token *** of yours"), "\(error)")
      #expect(!"\(error)".contains(FetchTrial.canary) && !String(reflecting: error).contains(FetchTrial.canary))
    }
  }

  @Test("a vendor that takes the request and says nothing is given up on")
  func silent() async throws {
    try await WireServer.serving { _, _ in
      WireServer.Reply()
    } _: { server in
      var trial = try FetchTrial(server.url)
      trial.pipeline.feeds[0].source.timeouts.idle = .milliseconds(200)
      let error = try #require(try await trial.failure())
      #expect(error.exitStatus == .temporaryFailure, "\(error)")
      #expect(error.message.contains("nothing came") || error.message.contains("not done within"), "\(error)")
    }
  }
}
