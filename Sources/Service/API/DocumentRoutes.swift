internal import HTTPTypes
internal import JSONText
internal import PipelineConfig

/// The document of the API, and a page to read it and try it.
enum DocumentRoutes {
  private static let root = RouteTable.root

  static let pages = [
    page("\(root)/docs", "A page to read this document and to try it.", "text/html; charset=utf-8", DocsPage.html),
    page("\(root)/docs/page.js", "The page's script.", "text/javascript; charset=utf-8", DocsPage.script),
    page("\(root)/docs/page.css", "The page's style.", "text/css; charset=utf-8", DocsPage.style),
  ]

  /// The document tells of itself, too.
  static func document(of routes: [Route]) -> Route {
    func route(_ bytes: [UInt8]) -> Route {
      var route = Route(method: .get, path: "\(root)/openapi.json", role: nil, summary: "This document.") { _ in
        .document(status: 200, contentType: "application/json", body: bytes, headers: [:])
      }
      route.isOfTenant = false
      return route
    }
    let document = OpenAPIDocument(routes: routes + [route([])])
    return route(Array(document.json.encoded.utf8))
  }

  private static func page(_ path: String, _ summary: String, _ type: String, _ text: String) -> Route {
    let bytes = Array(text.utf8)
    var route = Route(method: .get, path: path, role: nil, summary: summary) { _ in
      .document(status: 200, contentType: type, body: bytes, headers: [:])
    }
    route.isOfTenant = false
    route.contentType = type
    return route
  }
}
