import HTTPTypes
import JSONText
import NIOCore
import NIOHTTP1
import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import VendorSimulator

/// Recorded traffic, served again.
@Suite(.enabled(if: Programs.hasSharedData, "needs ../shared/data/gitlab-recorded-http"), .timeLimit(.minutes(5)))
struct ReplayTests {
  private static let folder = Programs.sharedData.appending("gitlab-recorded-http")

  @Test("every recorded URL gets its own status, rows and headers")
  func everyURL() async throws {
    let index = try JSONValue(parsing: try RecordFile.read(Self.folder.appending("index.json").string))
    #expect(index.elements.count == 109)
    try await Client.serving(
      [CatalogueSource<Cars>(seed: 1, count: 1)],
      rules: #"{"replay":{"folder":"\#(Self.folder)"}}"#
    ) { client in
      for entry in index.elements {
        let url = try #require(entry["url"]?.text)
        let answer = try await client.get(String(url.dropFirst("https://gitlab.com".count)))
        #expect(answer.status.code == entry["status"]?.integer, "\(url)")
        let body = try JSONValue(parsing: answer.text)
        if let rows = entry["rows"]?.integer { #expect(body.elements.count == rows, "\(url)") }
        #expect(answer.headers[all: "X-Next-Page"].first == entry["x-next-page"]?.text, "\(url)")
      }
    }
  }

  @Test("chains can be walked by their own links; the one that was cut ends with what was never recorded")
  func chains() async throws {
    try await Client.serving(
      [CatalogueSource<Cars>(seed: 1, count: 1)],
      rules: #"{"replay":{"folder":"\#(Self.folder)","missing_status":404}}"#
    ) { client in
      func walk(_ path: String) async throws -> (rows: Int, total: Int?, last: Int) {
        var rows = 0
        var total: Int?
        var next: String? = path
        while let url = next {
          let answer = try await client.get(url)
          guard answer.status == .ok else { return (rows, total, answer.status.code) }
          rows += try JSONValue(parsing: answer.text).elements.count
          total = answer.headers[all: "X-Total"].first.flatMap { Int($0) }
          next = DialectWalk.nextLink(answer.headers[all: "Link"])
          if let next { #expect(next.hasPrefix(client.url)) }
        }
        return (rows, total, 200)
      }
      let epic = try await walk("/api/v4/groups/2524164/epics/81/issues")
      #expect(epic.rows == 136 && epic.total == 136 && epic.last == 200)
      let commits = "/api/v4/projects/meltano%2Fsdk/repository/commits?order_by=created_at&since=2022-01-01T00:00:00Z"
      let whole = try await walk("\(commits)&sort=asc&with_stats=true")
      #expect(whole.rows == 134 && whole.last == 200)
      let issues = "/api/v4/projects/meltano%2Fsdk/issues?order_by=updated_at&scope=all&sort=asc"
      let cut = try await walk("\(issues)&updated_after=2022-01-01T00:00:00Z")
      #expect(cut.rows == 160 && cut.total == 200 && cut.last == 404)
    }
  }

  @Test("what was recorded with other parameters is not given, nor another page or page size")
  func others() async throws {
    try await Client.serving(
      [CatalogueSource<Cars>(seed: 1, count: 1)],
      rules: #"{"replay":{"folder":"\#(Self.folder)","missing_status":503}}"#
    ) { client in
      let path = "/api/v4/groups/2524164/epics/81/issues"
      for (query, status) in [
        ("", 200), ("?page=7&x=1", 200), ("?page=8", 503), ("?per_page=20", 200), ("?per_page=50", 503),
      ] {
        let answer = try await client.get(path + query)
        #expect(answer.status.code == status, "\(query)")
      }
      let elsewhere = try await client.get("/api/v4/groups/1/epics/1/issues")
      #expect(elsewhere.status == .notFound)
    }
  }
}
