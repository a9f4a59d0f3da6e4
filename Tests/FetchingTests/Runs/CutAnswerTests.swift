import Spool
import Telemetry
import Testing

@testable import Fetching

/// An answer that did not come whole is never taken for one that did.
struct CutAnswerTests {
  enum Cut: CaseIterable {
    case length, chunk, gzipInLength, gzipInChunks, gzipUntilClose, gzipChecksum, gzipThatIsNone, bodyOfLength

    func reply(_ text: String) async throws -> WireServer.Reply {
      let json = Array(text.utf8)
      let gzip = try await Wire.gzip(text)
      let header = ["Content-Type: application/json", "Content-Encoding: gzip"]
      switch self {
      case .length:
        return WireServer.Reply(Array(json.dropLast(20)), headers: [], length: json.count, closes: true)
      case .chunk:
        return Wire.chunked(Array(json.dropLast(20)), isWhole: false)
      case .gzipInLength:
        return WireServer.Reply(Array(gzip.dropLast(12)), headers: header, closes: true)
      case .gzipInChunks:
        return Wire.chunked(Array(gzip.dropLast(12)), headers: [header[1]], isWhole: true)
      case .gzipUntilClose:
        let head = (["HTTP/1.1 200 OK"] + header).joined(separator: "\r\n") + "\r\n\r\n"
        return WireServer.Reply(bytes: Array(head.utf8) + gzip.dropLast(12), closes: true)
      case .gzipChecksum:
        var spoiled = gzip
        spoiled[spoiled.count - 6] ^= 0xFF
        return WireServer.Reply(spoiled, headers: header)
      case .gzipThatIsNone:
        return WireServer.Reply(json, headers: header)
      case .bodyOfLength:
        return WireServer.Reply(Array(json.dropLast(2)), headers: ["Content-Type: application/json"])
      }
    }
  }

  @Test(
    "an answer that is cut or spoiled is tried again, and given up with one line; nothing of it is published",
    arguments: Cut.allCases
  )
  func never(cut: Cut) async throws {
    let reply = try await cut.reply(Wire.odata(Array(1...30)))
    try await WireServer.serving { _, _ in
      reply
    } _: { server in
      let trial = try FetchTrial(server.url)
      let error = try #require(try await trial.failure())
      #expect([.temporaryFailure, .dataError].contains(error.exitStatus), "\(error)")
      if cut == .gzipUntilClose { #expect(error.exitStatus == .temporaryFailure, "\(error)") }
      #expect(error.message.contains("cars") && error.message.contains("127.0.0.1:\(server.port)"), "\(error)")
      #expect(!error.description.contains("\n") && error.hint != nil, "\(error)")
      #expect(!error.description.contains(FetchTrial.canary))
      #expect(server.requests.count == 3, "it was tried as often as the settings say: \(error)")
      let ready = try trial.ready()
      #expect(ready.lines.isEmpty && ready.end == nil)
    }
  }

  @Test("once it comes whole, the run goes on as if nothing had been", arguments: Cut.allCases)
  func once(cut: Cut) async throws {
    let text = Wire.odata(Array(1...30))
    let reply = try await cut.reply(text)
    try await WireServer.serving { number, _ in
      number == 1 ? reply : WireServer.Reply(text)
    } _: { server in
      let trial = try FetchTrial(server.url)
      let (summary, _) = try await trial.run()
      #expect(summary.complete && summary.counts["retries"] == 1 && summary.counts["requests"] == 2)
      #expect(try trial.ready().lines == (1...30).map(Wire.record))
    }
  }

  @Test("gzip that came whole is read, in a length and in chunks", arguments: [true, false])
  func whole(isChunked: Bool) async throws {
    let gzip = try await Wire.gzip(Wire.odata(Array(1...30)))
    let header = ["Content-Encoding: gzip"]
    let reply = isChunked ? Wire.chunked(gzip, headers: header, isWhole: true) : WireServer.Reply(gzip, headers: header)
    try await WireServer.serving { _, _ in
      reply
    } _: { server in
      let (summary, _) = try await FetchTrial(server.url).run()
      #expect(summary.counts["records"] == 30)
    }
  }

  @Test("a body that expands beyond all measure is refused at once")
  func bomb() async throws {
    let zeros = try await Wire.bomb()
    let reply = WireServer.Reply(zeros, headers: ["Content-Encoding: gzip"])
    try await WireServer.serving { _, _ in
      reply
    } _: { server in
      let trial = try FetchTrial(server.url)
      let error = try #require(try await trial.failure())
      #expect(error.exitStatus == .dataError && error.message.contains("expands"), "\(error)")
      #expect(server.requests.count == 1)
    }
  }
}
