import Foundation
import JSONText
import SystemPackage
import TestSupport
import Testing

/// A real vendor's traffic as it was recorded, replayed, and read by the program as it is built.
@Suite(.enabled(if: Programs.hasSharedData, "no ../shared/data beside the project: recorded traffic is skipped"))
struct RecordedTests {
  static let folder = Programs.sharedData.appending("gitlab-recorded-http")

  /// Pages that belong together, and what the recording's own list says of them.
  struct Chain: Sendable {
    var path: String
    var query: [(name: String, value: String)]
    var pages = 0
    var rows = 0
    /// The last recorded page names none behind it.
    var isWhole = false
  }

  /// Read from the list beside the recordings alone.
  static func chains() throws -> [Chain] {
    let data = try Data(contentsOf: URL(filePath: folder.appending("index.json").string))
    guard case .array(let entries) = try JSONValue(parsing: Array(data)) else { return [] }
    var chains: [String: Chain] = [:]
    for entry in entries {
      // A list has rows; a single object has none.
      guard let address = entry["url"]?.text, let rows = entry["rows"]?.integer,
        let parts = URLComponents(string: address)
      else { continue }
      let query = (parts.queryItems ?? []).filter { $0.name != "page" }.map { ($0.name, $0.value ?? "") }
      let key = "\(parts.percentEncodedPath) \(query.sorted { $0.0 < $1.0 })"
      var chain = chains[key] ?? Chain(path: String(parts.percentEncodedPath.dropFirst()), query: query)
      chain.pages += 1
      chain.rows += rows
      if entry["x-next-page"]?.text == "" { chain.isWhole = true }
      chains[key] = chain
    }
    return chains.sorted { $0.key < $1.key }.map(\.value)
  }

  @Test("every recorded chain is read whole, and the one that was cut is reported as cut", .timeLimit(.minutes(5)))
  func chains() async throws {
    let chains = try Self.chains()
    let feeds = chains.enumerated().map { index, chain in
      let query = chain.query.map { "\"\($0.name)\": \"\($0.value)\"" }.joined(separator: ", ")
      return """
        "chain-\(index)": { "source": "shop", "path": "\(chain.path)", "query": { \(query) }, "key": ["id"],
          "table": "recorded", "columns": { "id": "text" },
          "pagination": { "kind": "link", "page_size": 20, "records": "" } }
        """
    }
    try await PractiseVendor.serving(["--cars", "1"]) { vendor in
      try await vendor.rules(#"{ "replay": { "folder": "\#(Self.folder)" } }"#)
      let retry = #", "retry": { "attempts": 2, "budget": "5s", "first_delay": "10ms" }"#
      let bench = try FetchBench(vendor, base: "", source: retry, feeds: "{ \(feeds.joined(separator: ", ")) }")
      var (rows, pages, cut) = (0, 0, 0)
      for (index, chain) in chains.enumerated() {
        let outcome = try await bench.fetch("chain-\(index)")
        let lines = try bench.lines("chain-\(index)")
        #expect(lines.count == chain.rows, "\(chain.path): \(outcome.message)")
        rows += lines.count
        guard chain.isWhole else {
          cut += 1
          #expect(outcome.status == 78 && outcome.message.contains("status 404"), "\(outcome.message)")
          #expect(outcome.message.contains("page \(chain.pages + 1)"), "\(outcome.message)")
          continue
        }
        pages += outcome.counts["pages"] ?? 0
        #expect(outcome.status == 0 && outcome.counts["pages"] == chain.pages, "\(chain.path): \(outcome.message)")
      }
      print("recorded: \(chains.count) chains, \(pages) pages of whole ones, \(rows) rows, \(cut) cut and reported")
      #expect(chains.count > 50 && rows > 1300 && cut == 1)
    }
  }
}
