import Foundation
import HTTPTypes
import PipelineConfig
import Testing

@testable import Service

/// Who is let in, and as whom.
struct DoorTests {
  private static let one = NewToken()
  private static let two = NewToken()

  private static func door(anonymous: [String: Door.Anonymous] = [:]) -> Door {
    var homes = ServiceSettings()
    (homes.name, homes.tokens) = ("homes", [ServiceToken(name: "me", role: .operate, sha256: one.sha256)])
    var cars = ServiceSettings()
    (cars.name, cars.tokens) = ("cars", [ServiceToken(name: "them", role: .read, sha256: two.sha256)])
    return Door(
      pipelines: [homes, cars],
      localKey: "key-of-this-machine",
      anonymous: anonymous,
      hosts: ["weir.example"]
    )
  }

  @Test("a token is known by its digest, as a bearer's and as a browser's password, and is for its own pipeline")
  func known() throws {
    let door = Self.door()
    let basic = Data("anybody:\(Self.one.text)".utf8).base64EncodedString()
    for header in ["Bearer \(Self.one.text)", "bearer \(Self.one.text)", "Basic \(basic)"] {
      let client = try door.client(authorization: header, from: "10.0.0.1", isSocket: false)
      #expect(client.name == "me" && client.role == .operate && client.tenants == ["homes"], "\(header.prefix(6))")
    }
    let local = try door.client(authorization: "Bearer key-of-this-machine", from: "127.0.0.1", isSocket: false)
    #expect(local.role == .admin && local.mayUse("cars"))
    #expect(try door.client(authorization: nil, from: "socket", isSocket: true).role == .admin)
  }

  @Test(
    "what is no token of ours is refused",
    arguments: [
      "Bearer ", "Bearer x", "Bearer", "", "Basic !!!", "Basic eA==", "Digest x", "Bearer \(one.sha256)",
      "Bearer \(one.text)x",
      "Bearer \(String(one.text.dropLast()))",
    ]
  )
  func unknown(header: String) {
    let problem = #expect(throws: Problem.self) {
      try Self.door().client(authorization: header, from: "10.0.0.1", isSocket: false)
    }
    #expect(problem?.status == .unauthorized && problem?.code == "not_authorised")
    #expect(problem?.headers[.wwwAuthenticate] != nil)
  }

  @Test("who tries tokens is held off after ten, others are not")
  func guessing() throws {
    let door = Self.door()
    var statuses: [Int] = []
    for guess in 0..<12 {
      do { _ = try door.client(authorization: "Bearer \(guess)", from: "10.0.0.1", isSocket: false) } catch {
        statuses.append(error.status.code)
      }
    }
    #expect(statuses == Array(repeating: 401, count: 10) + [429, 429])
    #expect(try door.client(authorization: "Bearer \(Self.one.text)", from: "10.0.0.1", isSocket: false).name == "me")
  }

  @Test(
    "without a token one may look at what a pipeline shows to strangers, and through a proxy only at what it shows to all of them",
    arguments: [
      ([:], false, []), (["homes": .everyone], false, ["homes"]), (["homes": .everyone], true, ["homes"]),
      (["homes": .machine, "cars": .everyone], false, ["homes", "cars"]),
      (["homes": .machine, "cars": .everyone], true, ["cars"]), (["homes": .machine], true, []),
    ] as [([String: Door.Anonymous], Bool, Set<String>)]
  )
  func anonymous(shown: [String: Door.Anonymous], isPassedOn: Bool, expected: Set<String>) throws {
    let door = Self.door(anonymous: shown)
    let client = try door.client(authorization: nil, from: "127.0.0.1", isSocket: false, isPassedOn: isPassedOn)
    #expect(client.tenants == expected && client.role == (expected.isEmpty ? nil : .read) && client.isAnonymous)
    #expect(client.name == "127.0.0.1")
  }

  @Test(
    "the service answers to its own names alone",
    arguments: [
      ("127.0.0.1:8787", true), ("localhost", true), ("LOCALHOST:1", true), ("[::1]:8787", true),
      ("weir.example:443", true),
      ("127.evil.com:8787", false), ("evil.com", false), ("127.0.0.1.evil.com", false), ("", false),
      ("localhost.", false),
    ]
  )
  func names(host: String, isAllowed: Bool) {
    do {
      try Self.door().checkNames(authority: host, origin: nil, isSocket: false)
      #expect(isAllowed)
    } catch {
      #expect(!isAllowed && error.status == .forbidden && error.code == "host_not_allowed")
    }
  }

  @Test(
    "a page of another origin is refused, the service's own is not",
    arguments: [
      ("http://127.0.0.1:8787", true), ("https://127.0.0.1:8787", true), ("http://127.0.0.1:9999", false),
      ("null", false),
      ("http://evil.com", false), ("http://127.0.0.1:8787.evil.com", false),
    ]
  )
  func origins(origin: String, isAllowed: Bool) {
    do {
      try Self.door().checkNames(authority: "127.0.0.1:8787", origin: origin, isSocket: false)
      #expect(isAllowed)
    } catch {
      #expect(!isAllowed && error.code == "origin_not_allowed")
    }
  }

  @Test("tokens are long, different, and of letters that need no quotes")
  func made() {
    let tokens = (0..<100).map { _ in NewToken() }
    #expect(Set(tokens.map(\.text)).count == 100)
    for token in tokens {
      #expect(token.text.wholeMatch(of: /weir_[A-Za-z0-9_-]{43}/) != nil)
      #expect(token.sha256.wholeMatch(of: /[0-9a-f]{64}/) != nil)
    }
  }

  @Test("so many requests at once and so many a second, for each client by itself")
  func limits() {
    let limiter = RateLimiter(perSecond: 10, burst: 5)
    let start = ContinuousClock.now
    #expect((0..<7).map { _ in limiter.allow("a", at: start) } == [true, true, true, true, true, false, false])
    #expect(limiter.allow("b", at: start))
    #expect((0..<3).map { _ in limiter.allow("a", at: start + .milliseconds(200)) } == [true, true, false])
    #expect((0..<6).map { _ in limiter.allow("a", at: start + .seconds(60)) }.count { $0 } == 5)
  }

  @Test("a flood of addresses does not open the door for one that is at its limit")
  func flood() {
    let limiter = RateLimiter(perSecond: 0.001, burst: 1)
    let start = ContinuousClock.now
    for index in 0..<10_000 { #expect(limiter.allow("address \(index)", at: start)) }
    #expect(!limiter.allow("address 9999", at: start))
  }
}
