import Foundation
import Monitoring
import Testing

@testable import Dashboard

/// Pages as a reader, a screen reader and a browser's security find them. The rules are those of WCAG 2.2 that can be read off
/// a text; a browser's own look at the same pages is in ``BrowserTests``.
struct PageTests {
  /// Every page there is, of every kind of day.
  struct Page: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var html: String
  }

  static let pages: [Page] = MadeModels.allCases.flatMap { kind -> [Page] in
    let model = kind.model
    let feed = FeedPage.html(model, feed: "media", style: "/dashboard.css", script: "/dashboard.js") ?? ""
    return [
      Page(
        testDescription: "overview, \(kind)",
        html: OverviewPage.html(model, style: "/dashboard.css", script: "/dashboard.js")
      ),
      Page(testDescription: "overview as a file, \(kind)", html: OverviewPage.file(model)),
      Page(testDescription: "feed, \(kind)", html: feed),
      Page(testDescription: "report, \(kind)", html: ReportPage.file(model)),
    ]
  }

  private static func all(_ pattern: some RegexComponent<(Substring, Substring)>, in html: String) -> [Substring] {
    html.matches(of: pattern).map(\.output.1)
  }

  @Test("elements are opened and closed in order, and identifiers are one of a kind", arguments: pages)
  func wellFormed(page: Page) throws {
    let void: Set<Substring> = ["meta", "link", "img", "br", "rect", "line", "path", "circle", "polyline", "input"]
    var open: [Substring] = []
    let body = page.html.replacing(/<style>[^<]*<\/style>/, with: "")
    for match in body.matches(of: /<(\/?)([a-zA-Z0-9]+)([^>]*)>/) {
      let (_, slash, name, rest) = match.output
      if slash == "/" {
        try #require(open.popLast() == name, "\(name) is closed; \(page.html[..<match.range.lowerBound].suffix(80))")
      } else if !rest.hasSuffix("/"), !void.contains(name) || (name == "rect" || name == "line") {
        open.append(name)
      }
    }
    #expect(open.isEmpty, "\(open)")
    let ids = Self.all(#/ id="([^"]*)"/#, in: page.html)
    #expect(Set(ids).count == ids.count, "\(ids.sorted())")
  }

  @Test("whatever a vendor or a server says is text on the page, and nothing else", arguments: pages)
  func escaped(page: Page) {
    #expect(!page.html.contains("<script>") && !page.html.contains("<img") && !page.html.contains("\u{0}"))
    #expect(!page.html.contains("\u{1B}"))
    for tag in page.html.matches(of: /<[^>]*>/) {
      // Attributes' names, without what they say.
      let names = tag.output.replacing(/"[^"]*"/, with: "")
      #expect(names.firstMatch(of: #/ (on[a-z]+|style)=/#) == nil, "\(tag.output)")
    }
    guard page.testDescription == "overview, hostile" else { return }
    #expect(page.html.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;\u{FFFD}"))
  }

  @Test("nothing is asked for from elsewhere, and of its own only the stylesheet and the script", arguments: pages)
  func ownAssets(page: Page) {
    let asked = Self.all(/(?:src|href|action|data|srcset)="([^"#][^"]*)"/, in: page.html)
    let isFile = page.testDescription.contains("file") || page.testDescription.hasPrefix("report")
    for address in asked { #expect(address.hasPrefix("/") || address == "data:,", "\(address)") }
    #expect(page.html.contains("/dashboard.css") != isFile && page.html.contains("<style>") == isFile)
    #expect(!Stylesheet.text.contains("url(") && !Stylesheet.text.contains("@import"))
  }

  @Test(
    "a page says its language and its title, and has one main, one first heading and no gap in the headings",
    arguments: pages
  )
  func structure(page: Page) {
    #expect(page.html.hasPrefix("<!doctype html>\n<html lang=\"en\">"))
    let title = Self.all(/<title>([^<]*)<\/title>/, in: page.html).first
    #expect(title?.isEmpty == false)
    for landmark in ["<main ", "<header ", "<footer ", "class=\"skip\""] {
      #expect(page.html.components(separatedBy: landmark).count == 2, "\(landmark)")
    }
    let levels = Self.all(/<h([1-6])[ >]/, in: page.html).compactMap { Int($0) }
    #expect(levels.first == 1 && levels.count { $0 == 1 } == 1)
    for (before, after) in zip(levels, levels.dropFirst()) { #expect(after <= before + 1, "\(levels)") }
    for name in Self.all(/aria-labelledby="([^"]*)"/, in: page.html) { #expect(page.html.contains(" id=\"\(name)\"")) }
  }

  @Test(
    "each table has a caption and headers with a scope, each picture a name, each bar of progress a label",
    arguments: pages
  )
  func named(page: Page) {
    let tables = page.html.components(separatedBy: "<table ").dropFirst()
    for table in tables {
      #expect(table.hasPrefix("role=\"table\"><caption>") && table.contains("scope=\"col\""))
      #expect(table.contains("scope=\"row\""))
    }
    for svg in Self.all(/<svg ([^>]*)>/, in: page.html) {
      #expect(svg.contains("aria-hidden=\"true\"") || svg.contains("role=\"img\" aria-label=\""), "\(svg)")
    }
    for bar in Self.all(/<progress ([^>]*)>/, in: page.html) { #expect(bar.contains("aria-label=\"")) }
    for button in Self.all(/<button[^>]*>([^<]*)</, in: page.html) { #expect(!button.isEmpty) }
  }

  @Test("all text stands out from its ground by 4.5 to 1, by day and by night", arguments: [0, 1])
  func contrast(night: Int) throws {
    let blocks = Stylesheet.text.components(separatedBy: ":root {").dropFirst()
    let block = try #require(blocks.dropFirst(night).first)
    var colours: [Substring: Double] = [:]
    for match in block.prefix(700).matches(of: /--([a-z-]+): #([0-9a-f]{6})/) where colours[match.output.1] == nil {
      colours[match.output.1] = try luminance(match.output.2)
    }
    for ground in ["ground", "surface", "raised"] {
      for text in ["text", "muted", "accent", "good", "attention", "bad"] {
        let (a, b) = (try #require(colours[Substring(ground)]), try #require(colours[Substring(text)]))
        let ratio = (max(a, b) + 0.05) / (min(a, b) + 0.05)
        #expect(ratio >= 4.5, "\(text) on \(ground): \(ratio)")
      }
    }
  }

  /// Source: WCAG 2.2, relative luminance.
  private func luminance(_ digits: Substring) throws -> Double {
    let value = try #require(Int(digits, radix: 16))
    let parts = [value >> 16, value >> 8 & 255, value & 255].map { part in
      let share = Double(part) / 255
      return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
  }

  @Test(
    "how well all is, is said by the worst there is",
    arguments: [
      (MadeModels.empty, "Ready for the first run"), (.good, "All feeds are well"), (.failed, "Something is wrong"),
    ]
  )
  func health(kind: MadeModels, headline: String) {
    let health = Health(kind.model)
    #expect(health.headline == headline)
    #expect(OverviewPage.file(kind.model).contains("<h2 id=\"health\">\(headline)</h2>"))
    #expect(health.findings.map(\.level) == health.findings.map(\.level).sorted(by: >))
  }

  @Test("a bad day's page tells the failure, the reject reasons, the drift, the breaker and the held segment")
  func badDay() {
    let html = OverviewPage.file(MadeModels.failed.model)
    for words in [
      "page 7 of https://query.ampre.ca/odata/Media was given up", "is no number", "MediaSizeBytes", "WaterfrontYN",
      "the circuit breaker is open; trials in 21 s", "1 held segment waits", "max_minutes is 1",
    ] { #expect(html.contains(words), "\(words)") }
  }

  @Test(
    "an axis ends at a number that reads well, not under the highest bar",
    arguments: [(0.0, 1.0), (0.7, 0.8), (1, 1), (1.1, 2), (9.9, 10), (10, 10), (2100, 2500), (812_345, 1_000_000)]
  )
  func scale(value: Double, top: Double) { #expect(abs(Scale.nice(above: value) - top) < top * 1e-9) }
}
