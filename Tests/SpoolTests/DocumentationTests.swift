import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Spool

/// What the documentation of the format says is enough to write a segment in another language.
@Suite(.enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/env"), "no shell"))
struct DocumentationTests {
  static let page = Programs.packageRoot.appending("Sources/Spool/Spool.docc/SegmentFormat.md")

  /// The program on the page, with the text of the footer and the records put in.
  private static func script(_ call: String) throws -> String {
    let text = try String(contentsOfFile: page.string, encoding: .utf8)
    let code = try #require(text.split(separator: "```python\n").last?.split(separator: "```").first)
    return "\(code)\n\(call)\n"
  }

  @Test(
    "the Python on the page publishes segments that are read, claimed and verified like any other",
    arguments: [0, 1, 3, 4000, 20_000]
  )
  func python(count: Int) async throws {
    guard try await Programs.shell("python3 -c pass").status == 0 else { return }
    let folder = try TemporarySpool()
    let queue = try folder.spool.queue(.fetched, feed: "cars")
    let script = try Self.script(
      """
      records = [{"id": n, "name": "é" * (n % 50)} for n in range(\(count))]
      footer = {"format": 1, "feed": "cars", "run": "20261120T234408Z-7k2q", "sequence": 42, "stage": "fetched",
                "kind": "data", "mode": "full", "fetched": len(records), "dropped": {},
                "fetched_at": "2026-11-20T23:44:08.000Z", "program": "a script"}
      print(publish("\(folder.root)", records, footer))
      """
    )
    let file = folder.directory.appending("write.py")
    try Data(script.utf8).write(to: URL(filePath: file.string))
    let run = try await Programs.shell("python3 \(file)")
    #expect(run.status == 0, "\(run.errors)")
    let name = Samples.name(42)
    #expect(run.lines == [queue.path(of: name, in: .ready).string])
    let claimed = try queue.mustClaim(name)
    let path = claimed.path
    let (lines, footer) = try TemporarySpool.read(path)
    #expect(lines.count == count && footer.records == count && footer.program == "a script")
    if count > 1 { #expect(lines[1] == "{\"id\":1,\"name\":\"\\u00e9\"}") }
    #expect(try await Programs.shell("lz4 -dc \(path) | wc -l").lines.first == "\(count)")
    claimed.release()
  }

  @Test("the page names every member of the footer, and no other")
  func members() throws {
    let text = try String(contentsOfFile: Self.page.string, encoding: .utf8)
    let table = try #require(text.split(separator: "| member | type | meaning |").last?.split(separator: "\n\n").first)
    let named = table.split(separator: "\n").dropFirst().compactMap { $0.split(separator: "|").first }
      .flatMap { $0.split(separator: "`").map(String.init).filter { $0.allSatisfy { $0.isLetter || $0 == "_" } } }
    var footer = TemporarySpool.footer(name: Samples.name(1))
    footer.lowestVersion = "1"
    footer.highestVersion = "2"
    footer.source = SegmentSource(firstPage: 1, lastPage: 2)
    footer.end = EndOfRun(complete: true, segments: 0, records: 0)
    footer.retryOf = "x"
    let data = try JSONEncoder().encode(footer)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(Set(named) == Set(object.keys))
  }
}
