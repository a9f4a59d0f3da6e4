import HTTPTypes
import JSONText
import NIOCore
import Testing

@testable import VendorSimulator

/// A client of a dialect, written by the dialect's description and not by its code.
struct DialectWalk {
  var client: Client
  var path: String
  var style: RESTDialect.Style
  var query = "page_size=7"
  var records = "data"

  /// Ids of each page, until the dialect says that there is no more; `afterPage` is told how many there are.
  func pages(afterPage: (Int) async throws -> Void = { _ in }) async throws -> [[Int]] {
    var pages: [[Int]] = []
    var url: String? = "\(path)?\(query)"
    while let current = url {
      let answer = try await client.get(current)
      try #require(answer.status == .ok, "\(current): \(answer.text)")
      let body = try JSONValue(parsing: answer.text)
      let ids = (style == .link ? body : body[records] ?? .null).elements.compactMap { $0["id"]?.integer }
      pages.append(ids)
      try #require(pages.count < 1000, "the walk does not end")
      url = next(current, answer, body, ids, pages)
      try await afterPage(pages.count)
    }
    return pages
  }

  private func next(_ url: String, _ answer: Answer, _ body: JSONValue, _ ids: [Int], _ pages: [[Int]]) -> String? {
    switch style {
    case .page: ids.isEmpty ? nil : "\(path)?\(query)&page=\(pages.count + 1)"
    case .offset: ids.isEmpty ? nil : "\(path)?\(query)&offset=\(pages.joined().count)"
    case .cursor: body["next_cursor"]?.text.map { "\(path)?\(query)&cursor=\($0)" }
    case .nextURL: body["next"]?.text.map { resolved($0, against: url) }
    case .nextHeader: answer.headers[all: "X-Next"].first.map { resolved($0, against: url) }
    case .link: Self.nextLink(answer.headers[all: "Link"]).map { resolved($0, against: url) }
    case .hasMore:
      body["has_more"] == .bool(true) ? ids.last.map { "\(path)?\(query)&starting_after=\($0)" } : nil
    }
  }

  private func resolved(_ link: String, against url: String) -> String {
    link.hasPrefix("?") ? path + link : link
  }

  /// The target of the link whose relation is next: a reading of RFC 8288 by hand, quotes first.
  static func nextLink(_ fields: [String]) -> String? {
    for field in fields {
      var rest = Substring(field)
      while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
        let target = String(rest[rest.index(after: open)..<close])
        rest = rest[rest.index(after: close)...]
        var parameters = ""
        var isQuoted = false
        var isEscaped = false
        while let character = rest.first, isQuoted || character != "," {
          rest = rest.dropFirst()
          if isEscaped {
            isEscaped = false
          } else if character == "\\" {
            isEscaped = true
          } else if character == "\"" {
            isQuoted.toggle()
          }
          parameters.append(isQuoted && character == ";" ? "," : character)
        }
        rest = rest.dropFirst()
        for parameter in parameters.split(separator: ";") {
          let sides = parameter.split(separator: "=", maxSplits: 1)
          guard sides.count == 2, sides[0].trimmingSpaces().lowercased() == "rel" else { continue }
          let words = sides[1].trimmingSpaces().filter { $0 != "\"" }.lowercased().split(separator: " ")
          if words.contains("next") { return target }
        }
      }
    }
    return nil
  }
}
