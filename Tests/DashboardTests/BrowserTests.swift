import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Dashboard

/// The pages in a real browser: what it complains of, what it asks for, how wide it has to be, whom they keep out. The same
/// under the service's own policy is tested with the service.
@Suite(
  .timeLimit(.minutes(10)),
  .enabled(if: Browser.isThere, "Chromium, or playwright and axe-core-python of PyPI, are not installed")
)
struct BrowserTests {
  /// The pages with most on them, and those with what a vendor might say; all of them at night. The service's own tests look at
  /// the days of a real pipeline.
  private static let kinds: [MadeModels] =
    ProcessInfo.processInfo.environment["WEIR_TEST_NIGHTLY"] == nil ? [.good, .hostile] : MadeModels.allCases

  @Test(
    "a browser has nothing to complain of on any kind of day, light or dark, wide or on a telephone, and neither has axe",
    arguments: kinds
  )
  func quiet(kind: MadeModels) async throws {
    let folder = FilePath(NSTemporaryDirectory()).appending("weir-pages-\(UUID().uuidString)")
    try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder.string) }
    let (style, script) = ("dashboard.css", "dashboard.js")
    let files = [
      style: Stylesheet.text, script: Script.text,
      "overview.html": OverviewPage.html(kind.model, style: style, script: script),
      "feed.html": FeedPage.html(kind.model, feed: "media", style: style, script: script) ?? "",
      "report.html": ReportPage.file(kind.model),
    ]
    for (name, text) in files { try Data(text.utf8).write(to: URL(filePath: folder.appending(name).string)) }
    let pages = files.keys.filter { $0.hasSuffix(".html") }.sorted().map { "file://\(folder)/\($0)" }
    let looks = try await Browser.look(at: pages)
    #expect(looks.count == 2 * pages.count)
    for look in looks {
      let subject = Comment("\(look.address) \(look.width) \(look.isDark) \(look.complaints) \(look.serious)")
      #expect(look.complaints.isEmpty && look.elsewhere.isEmpty && look.serious.isEmpty, subject)
      #expect(look.pageWidth <= look.width && look.title.hasSuffix("Weir"), subject)
    }
  }
}
