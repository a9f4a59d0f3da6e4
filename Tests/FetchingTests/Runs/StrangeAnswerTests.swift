import Telemetry
import Testing

@testable import Fetching

/// Answers as broken gateways and unfriendly servers make them.
@Suite(.timeLimit(.minutes(5)))
struct StrangeAnswerTests {
  struct Case: CustomTestStringConvertible {
    var says: String
    var reply: WireServer.Reply
    var words: String
    var exit = Telemetry.ExitStatus.dataError
    var requests = 3
    var testDescription: String { says }

    init(
      _ says: String,
      _ reply: WireServer.Reply,
      _ words: String,
      exit: Telemetry.ExitStatus = .dataError,
      requests: Int = 3
    ) {
      (self.says, self.reply, self.words, self.exit, self.requests) = (says, reply, words, exit, requests)
    }
  }

  private static func raw(_ text: String) -> WireServer.Reply {
    WireServer.Reply(bytes: Array(text.utf8), closes: true)
  }

  @Test(
    "a strange answer ends the run with its own words, and nothing of it is published",
    arguments: [
      Case("brotli", WireServer.Reply("x", headers: ["Content-Encoding: br"]), "as \"br\""),
      Case("gzip twice", WireServer.Reply("x", headers: ["Content-Encoding: gzip, gzip"]), "as \"gzip, gzip\""),
      Case("nothing", WireServer.Reply("", status: "204 No Content", headers: []), "nothing in it"),
      Case("no HTTP", raw("SSH-2.0-OpenSSH_9.2\r\n\r\n"), "not HTTP"),
      Case("closed at once", raw("\r\n"), "", exit: .temporaryFailure),
      Case("cut in the head", raw("HTTP/1.1 200 OK\r\nContent-Le"), "", exit: .temporaryFailure),
      Case(
        "cut without a length",
        raw("HTTP/1.1 200 OK\r\n\r\n" + String(Wire.odata([1, 2]).dropLast(9))),
        "broken JSON"
      ),
      Case(
        "no link at the end",
        raw("HTTP/1.1 200 OK\r\n\r\n" + String(Wire.odata([1], next: "?2").dropLast(1))),
        "broken JSON"
      ),
      Case("two lengths", raw("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), "HTTP"),
      Case("a length of no number", raw("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nab"), "HTTP"),
      Case(
        "a length beyond all measure",
        raw("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nab"),
        "48 MiB",
        // With smaller pages, down to a twentieth.
        requests: 6
      ),
      Case("a chunk of no size", raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "HTTP"),
      Case("a redirect to nowhere", WireServer.Reply("", status: "302 Found", headers: []), "without Location"),
      Case("an unknown status", WireServer.Reply("{}", status: "418 Teapot"), "status 418", requests: 1),
      Case("not modified", WireServer.Reply("", status: "304 Not Modified", headers: []), "status 304", requests: 1),
    ]
  )
  func strange(row: Case) async throws {
    try await WireServer.serving { _, _ in
      row.reply
    } _: { server in
      let trial = try FetchTrial(server.url)
      let error = try #require(try await trial.failure())
      #expect(error.message.contains(row.words) && error.exitStatus == row.exit, "\(error)")
      #expect(error.message.contains("127.0.0.1:\(server.port)/cars"), "\(error)")
      #expect(server.requests.count == row.requests, "\(error)")
      #expect(try trial.segments().isEmpty)
    }
  }

  @Test("a gzip that goes on behind its end is never half a page", arguments: [true, false])
  func goesOn(isMember: Bool) async throws {
    let text = Wire.odata([1, 2])
    let whole = try await Wire.gzip(text)
    let more = isMember ? try await Wire.gzip("   ") : Array("more".utf8)
    try await WireServer.serving { _, _ in
      WireServer.Reply(whole + more, headers: ["Content-Encoding: gzip"])
    } _: { server in
      let trial = try FetchTrial(server.url)
      let error = try #require(try await trial.failure())
      #expect(error.message.contains("something follows the gzip"), "\(error)")
      #expect(try trial.ready().lines.isEmpty)
    }
  }

  @Test("a body without measure is refused in chunks as well, before it fills the memory")
  func chunkedBomb() async throws {
    let zeros = try await Wire.bomb()
    try await WireServer.serving { _, _ in
      Wire.chunked(zeros, headers: ["Content-Encoding: gzip"], isWhole: true)
    } _: { server in
      let error = try #require(try await FetchTrial(server.url).failure())
      #expect(error.exitStatus == .dataError && error.message.contains("expands"), "\(error)")
      #expect(server.requests.count == 1)
    }
  }

  @Test("an answer that ends with its connection is read, and a next page asked for on another")
  func closing() async throws {
    try await WireServer.serving { number, _ in
      Self.raw("HTTP/1.1 200 OK\r\n\r\n" + Wire.odata([number], next: number < 5 ? "?\(number)" : nil))
    } _: { server in
      let trial = try FetchTrial(server.url)
      let (summary, _) = try await trial.run()
      #expect(summary.complete)
      #expect(try trial.ready().lines == (1...5).map(Wire.record))
    }
  }

  @Test("the name of an encoding may be written in any case")
  func upperCase() async throws {
    let gzip = try await Wire.gzip(Wire.odata([1, 2]))
    try await WireServer.serving { _, _ in
      WireServer.Reply(gzip, headers: ["content-encoding: GZIP"])
    } _: { server in
      let trial = try FetchTrial(server.url)
      _ = try await trial.run()
      #expect(try trial.ready().lines == [1, 2].map(Wire.record))
    }
  }

  @Test("what a vendor says of a refusal is read also when it comes compressed, and is long", arguments: [10, 90_000])
  func compressedRefusal(count: Int) async throws {
    let text = #"{"error":{"message":"no such market"}}"# + String(repeating: " ", count: count)
    let gzip = try await Wire.gzip(text)
    try await WireServer.serving { _, _ in
      WireServer.Reply(gzip, status: "400 Bad Request", headers: ["Content-Encoding: gzip"])
    } _: { server in
      let error = try #require(try await FetchTrial(server.url).failure())
      #expect(error.message.contains("no such market"), "\(error)")
    }
  }

  @Test("where nobody listens the run says so and may be repeated")
  func nobody() async throws {
    let url = try await WireServer.serving { _, _ in
      WireServer.Reply()
    } _: { server in
      server.url
    }
    let error = try #require(try await FetchTrial(url).failure())
    #expect(error.exitStatus == .temporaryFailure && error.message.contains("connection refused"), "\(error)")
    #expect(error.message.contains("3 attempts") && error.hint?.contains("base_url") == true, "\(error)")
  }
}
