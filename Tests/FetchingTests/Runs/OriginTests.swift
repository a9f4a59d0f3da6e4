import Spool
import Telemetry
import Testing

@testable import Fetching

/// The token goes to its own origin and nowhere else.
struct OriginTests {
  @Test(
    "a next link or a redirect to another server is refused, and that server hears nothing",
    arguments: [true, false]
  )
  func elsewhere(isRedirect: Bool) async throws {
    try await WireServer.serving { _, _ in
      WireServer.Reply(Wire.odata([9]))
    } _: { other in
      let target = "\(other.url)/cars?page=2"
      let reply =
        isRedirect
        ? WireServer.Reply("", status: "302 Found", headers: ["Location: \(target)"])
        : WireServer.Reply(Wire.odata([1, 2], next: target))
      try await WireServer.serving { _, _ in
        reply
      } _: { server in
        let error = try #require(try await FetchTrial(server.url).failure())
        #expect(error.exitStatus == .dataError, "\(error)")
        #expect(error.message.contains("127.0.0.1:\(other.port)") && error.message.contains("not followed"), "\(error)")
        #expect(server.requests.count == 1)
      }
      #expect(other.requests.isEmpty, "\(other.requests)")
    }
  }

  @Test(
    "neither a link nor a redirect leaves the origin in any writing, and nobody else hears of the token",
    arguments: [
      "//127.0.0.1:OTHER/cars", "HTTP://127.0.0.1:OTHER/cars", "http://localhost:OWN/cars",
      "https://127.0.0.1:OWN/cars",
      "http://127.0.0.1:OWN@127.0.0.1:OTHER/cars", "http://127.0.0.1:OTHER\\@127.0.0.1:OWN/cars", "//localhost:OTHER",
      "http://x:y@127.0.0.1:OWN/cars", "http://127.1:OTHER/cars", "http://[::ffff:127.0.0.1]:OTHER/cars", "http:cars",
      "http:///cars", "ftp://127.0.0.1:OWN/cars", "http://127.0.0.1:OWN.localhost:OTHER/",
    ],
    [true, false]
  )
  func writings(template: String, isRedirect: Bool) async throws {
    try await WireServer.serving { _, _ in
      WireServer.Reply(Wire.odata([9]))
    } _: { other in
      try await WireServer.serving { _, head in
        let host = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("host:") }
        let own = host?.split(separator: ":").last ?? ""
        let target = template.replacing("OTHER", with: "\(other.port)").replacing("OWN", with: own)
        return isRedirect
          ? WireServer.Reply("", status: "308 Permanent Redirect", headers: ["Location: \(target)"])
          : WireServer.Reply(Wire.odata([1, 2], next: target.replacing("\\", with: "\\\\")))
      } _: { server in
        let trial = try FetchTrial(server.url)
        let error = try #require(try await trial.failure())
        #expect(error.exitStatus == .dataError, "\(error)")
        #expect(error.message.contains("followed"), "\(error)")
        #expect(server.requests.count == 1)
        #expect(try trial.segments().isEmpty)
      }
      #expect(other.requests.isEmpty, "\(other.requests)")
    }
  }

  @Test("a redirect on the same origin is followed, with the token")
  func sameOrigin() async throws {
    try await WireServer.serving { number, _ in
      number == 1
        ? WireServer.Reply("", status: "307 Temporary Redirect", headers: ["Location: /moved/cars?x=1"])
        : WireServer.Reply(Wire.odata([1, 2]))
    } _: { server in
      let trial = try FetchTrial(server.url)
      let (summary, _) = try await trial.run()
      #expect(summary.counts["records"] == 2 && summary.counts["requests"] == 2)
      #expect(server.requests.count == 2)
      #expect(try trial.spool.sourceState("shop")?.requests == 2, "each is one within the source's limits")
      #expect(server.requests[1].hasPrefix("GET /moved/cars?x=1 HTTP/1.1"))
      for head in server.requests { #expect(head.contains("Bearer \(FetchTrial.canary)"), "\(head)") }
    }
  }

  @Test("redirects that lead in a circle end")
  func circle() async throws {
    let reply = WireServer.Reply("", status: "302 Found", headers: ["Location: /cars"])
    try await WireServer.serving { _, _ in
      reply
    } _: { server in
      let trial = try FetchTrial(server.url)
      let error = try #require(try await trial.failure())
      #expect(error.message.contains("redirects"), "\(error)")
      #expect(server.requests.count == 4)
      #expect(try trial.spool.sourceState("shop")?.requests == 4)
    }
  }

  @Test(
    "a link in another writing of the same origin is followed",
    arguments: ["cars?page=2", "/cars?page=2", "?page=2", "./cars?page=2", "HTTP://127.0.0.1:PORT/cars?page=2"]
  )
  func relative(link: String) async throws {
    try await WireServer.serving { number, head in
      let host = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("host:") }
      let port = host?.split(separator: ":").last ?? ""
      return number == 1
        ? WireServer.Reply(Wire.odata([1, 2], next: link.replacing("PORT", with: port)))
        : WireServer.Reply(Wire.odata([3]))
    } _: { server in
      let (summary, _) = try await FetchTrial(server.url).run()
      #expect(summary.counts["records"] == 3)
      #expect(server.requests.last?.hasPrefix("GET /cars?page=2 ") == true, "\(server.requests)")
    }
  }
}
