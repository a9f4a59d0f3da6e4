import PipelineConfig
import Testing

@testable import Fetching

/// A vendor's links: followed as written on the origin that holds the credential, and nowhere else.
struct LinkTests {
  private static let own = "http://vendor.example/api/cars"

  /// What paging makes of a chain of links, one page each.
  private static func addresses(_ links: [String]) throws -> [String] {
    let trial = try FetchTrial("http://vendor.example/api")
    var paginator = Paginator(try FeedQuery(trial.pipeline.feed(named: "cars"), since: nil))
    var addresses: [String] = []
    for link in links {
      let next = paginator.nextRequest()
      let request = try #require(next)
      try paginator.pageRead(
        PageFacts(
          number: request.number,
          records: 1,
          total: nil,
          nextLink: link,
          address: request.address,
          fingerprint: PageFingerprint(Array("\(request.number)".utf8).span)
        )
      )
      addresses.append(request.address.text)
    }
    let last = paginator.nextRequest()
    return Array(addresses.dropFirst()) + [try #require(last).address.text]
  }

  @Test(
    "a link away from the origin is refused, whatever its writing",
    arguments: [
      ("https://vendor.example/api/cars?2", "https://vendor.example"),
      ("http://vendor.example:8080/api/cars?2", "http://vendor.example:8080"),
      ("//vendor.example:8080/api/cars?2", "http://vendor.example:8080"), ("//other.example/x", "http://other.example"),
      ("http://other.example/api/cars", "http://other.example"), ("http://vendor.example./", "http://vendor.example."),
      ("http://vendor.example.other.example/", "http://vendor.example.other.example"),
      ("http://api.vendor.example/", "http://api.vendor.example"), ("http://127.0.0.1/", "http://127.0.0.1"),
      ("  //other.example/x", nil),
    ] as [(String, String?)]
  )
  func elsewhere(link: String, origin: String?) throws {
    guard let origin else {
      // With a space in front it is a path, and stays on the origin.
      #expect(try Self.addresses([link]) == ["http://vendor.example/api/%20%20//other.example/x"])
      return
    }
    let from = try WebAddress(Self.own).origin
    let problem = PagingProblem.linkElsewhere(page: 1, to: try WebAddress(origin).origin, from: from)
    #expect(throws: problem) { try Self.addresses([link]) }
    #expect(problem.message.contains(origin) && problem.message.contains("http://vendor.example;"))
  }

  @Test(
    "a link that is no plain address is refused",
    arguments: [
      ("http://t@vendor.example/x", WebAddressProblem.userInfo), ("//a:b@vendor.example/x", .userInfo),
      ("//vendor.example@other.example/x", .userInfo), ("http://vendor.example\\@other.example/", .userInfo),
      ("http://vendor.example\\.other.example/", .badHost), ("http:/x", .noHost), ("http://", .noHost),
      ("///x", .noHost), ("ftp://vendor.example/", .otherScheme("ftp")), ("data:x", .otherScheme("data")),
      ("http://vendor.example:0/", .badPort), ("http://vendor.example:65536/", .badPort),
      ("/x\u{0}", .controlCharacter), ("/x\r\nHost: y", .controlCharacter), ("/x\u{7F}", .controlCharacter),
    ]
  )
  func refused(link: String, problem: WebAddressProblem) {
    #expect(throws: PagingProblem.badLink(page: 1, problem)) { try Self.addresses([link]) }
  }

  @Test(
    "every writing of the same origin is followed",
    arguments: [
      ("HTTP://VENDOR.example:80/api/cars?2", "\(own)?2"), ("?2", "\(own)?2"), ("cars?2", "\(own)?2"),
      ("./cars?2", "\(own)?2"), ("../api/cars?2", "\(own)?2"), ("//vendor.example/x", "http://vendor.example/x"),
      ("/a:b?c=http://other.example/", "http://vendor.example/a:b?c=http://other.example/"),
      ("Cars('a:b')?2", "http://vendor.example/api/Cars('a:b')?2"), ("?2#part", "\(own)?2"),
      ("?$skiptoken=a b", "\(own)?$skiptoken=a%20b"), ("?t=%2e%2e%2F", "\(own)?t=%2e%2e%2F"),
    ]
  )
  func followed(link: String, address: String) throws {
    #expect(try Self.addresses([link]) == [address])
  }

  @Test("relative links start from the page that holds them")
  func chain() throws {
    #expect(
      try Self.addresses(["/v2/a/b?1", "c?2", "../d?3"])
        == ["/v2/a/b?1", "/v2/a/c?2", "/v2/d?3"].map {
          "http://vendor.example\($0)"
        }
    )
  }

  @Test(
    "a link to a page that was read ends the walk, in whatever writing and after however many pages",
    arguments: [
      ["?a", "?a"], ["?a", "HTTP://vendor.example:80/api/cars?a"], ["?a", "cars?a#x"], ["?a", "?b", "?c", "./cars?a"],
    ]
  )
  func loop(links: [String]) {
    #expect(throws: PagingProblem.loop(page: links.count)) { try Self.addresses(links) }
  }
}
