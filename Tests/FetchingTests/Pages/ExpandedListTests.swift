import JSONText
import Telemetry
import Testing

@testable import Fetching
@testable import PipelineConfig

/// OData cuts the lists that `$expand` brings into pages as well, with a link beside each.
@Suite(.timeLimit(.minutes(5)))
struct ExpandedListTests {
  /// Three homes: one with a list that is cut twice, and lists in its rooms; one without a list, but for a link to it; one
  /// that is whole.
  static let first = #"""
    {"value":[
    {"id":1,"at":"2026-01-01T00:00:01Z","Media":[{"m":1},{"m":2}],"Media@odata.nextLink":"homes(1)/Media?$skip=2",
     "Rooms":[{"r":1,"Beds":[],"Beds@odata.nextLink":"/homes(1)/Beds"},{"r":2,"Beds":[9]}]},
    {"id":2,"at":"2026-01-01T00:00:02Z","Media@odata.nextLink":"homes(2)/Media"},
    {"id":3,"at":"2026-01-01T00:00:03Z","Media":[{"m":7}],"note":"@odata.nextLink is a word"}
    ]}
    """#

  static func reply(_ head: String) -> WireServer.Reply {
    switch WireRequest(head).path {
    case "/cars": WireServer.Reply(first)
    case "/homes(1)/Media" where head.contains("skip=2"):
      WireServer.Reply(#"{"value":[{"m":3},{"m":4}],"@odata.nextLink":"Media?$skip=4"}"#)
    case "/homes(1)/Media": WireServer.Reply(#"{"value":[{"m":5,"Tags":["a"],"Tags@odata.nextLink":"/tags"}]}"#)
    case "/tags": WireServer.Reply(#"{"value":["b","c"]}"#)
    case "/homes(1)/Beds": WireServer.Reply(#"{"value":[]}"#)
    case "/homes(2)/Media": WireServer.Reply(#"{"value":[{"m":6}]}"#)
    default: WireServer.Reply("{}", status: "404 Not Found")
    }
  }

  private static func trial(_ server: WireServer) throws -> FetchTrial {
    var trial = try FetchTrial(server.url)
    trial.pipeline.feeds[0].query = [Feed.QueryItem(name: "$expand", value: "Media,Rooms")]
    trial.pipeline.feeds[0].source.retry.attempts = 1
    return trial
  }

  @Test("lists that were cut are read to their end, in lists too, and stand whole in their records")
  func whole() async throws {
    try await WireServer.serving { _, head in
      Self.reply(head)
    } _: { server in
      let trial = try Self.trial(server)
      let (summary, _) = try await trial.run()
      #expect(summary.complete && summary.counts["requests"] == 6)
      let records = try trial.ready().lines.map { try JSONValue(parsing: $0) }
      let lists = records.map { $0["Media"]?.encoded }
      #expect(
        lists == [
          #"[{"m":1},{"m":2},{"m":3},{"m":4},{"m":5,"Tags":["a","b","c"],"Tags@odata.nextLink":null}]"#,
          #"[{"m":6}]"#, #"[{"m":7}]"#,
        ]
      )
      #expect(records[0]["Rooms"]?.encoded == #"[{"r":1,"Beds":[],"Beds@odata.nextLink":null},{"r":2,"Beds":[9]}]"#)
      #expect(records[2]["note"]?.text == "@odata.nextLink is a word")
    }
  }

  @Test(
    "a list that cannot be read to its end fails the run, and no record goes on without it",
    arguments: [
      ("{}", "404 Not Found", "404"),
      (#"{"value":[{"m":3}],"@odata.nextLink":"?$skip=2"}"#, "200 OK", "leads back"),
      (#"{"value":[{"m":3}],"@odata.nextLink":"https://elsewhere.example/"}"#, "200 OK", "it was not followed"),
      (#"{"value":[{"X":[],"X@odata.nextLink":"?$skip=2&n=NUMBER"}]}"#, "200 OK", "lists inside lists"),
    ]
  )
  func broken(body: String, status: String, words: String) async throws {
    try await WireServer.serving { number, head in
      let body = body.replacing("NUMBER", with: String(number))
      return head.contains("skip=2") ? WireServer.Reply(body, status: status) : Self.reply(head)
    } _: { server in
      let trial = try Self.trial(server)
      let error = try #require(try await trial.failure())
      #expect(error.message.contains(words) && error.exitStatus != .temporaryFailure, "\(error)")
      #expect(try trial.ready().lines.isEmpty)
    }
  }
}
