import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Spool

struct FooterTests {
  static let full = SegmentFooter(
    feed: "media",
    run: Samples.run,
    sequence: 42,
    stage: .staged,
    mode: .incremental,
    records: 3,
    bytes: 60,
    fetched: 10,
    dropped: ["stage.rejected": 2, "hash.repeated": 5],
    lowestVersion: "2024-01-06T04:39:08Z",
    highestVersion: "zoë/1",
    source: SegmentSource(firstPage: 3, lastPage: 4, firstURL: "http://127.0.0.1/odata/Media?$top=2"),
    fetchedAt: "2026-11-20T23:44:08.123Z",
    program: "weir 0.1.0",
  )

  @Test("the same footer always gives the same bytes")
  func golden() throws {
    let frame = FooterFrame.encode(Self.full)
    let json =
      #"{"bytes":60,"dropped":{"hash.repeated":5,"stage.rejected":2},"feed":"media","fetched":10,"#
      + #""fetched_at":"2026-11-20T23:44:08.123Z","format":1,"highest_version":"zoë/1","kind":"data","#
      + #""lowest_version":"2024-01-06T04:39:08Z","mode":"incremental","program":"weir 0.1.0","records":3,"#
      + #""run":"20261120T234408Z-7k2q","sequence":42,"source":{"first_page":3,"#
      + #""first_url":"http://127.0.0.1/odata/Media?$top=2","last_page":4},"stage":"staged"}"#
    let lines = String(decoding: frame[8...], as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 4)
    #expect(lines[0].isEmpty && lines[3].isEmpty)
    #expect(lines[1] == json)
    #expect(lines[2].hasPrefix("weir-footer 000001"))
    #expect(frame[..<4] == [0x57, 0x2A, 0x4D, 0x18])
  }

  @Test("a footer is read as it was written, whatever it holds")
  func roundTrip() throws {
    let folder = try TemporarySpool()
    var end = TemporarySpool.footer(name: Samples.name(9), feed: "media", queue: .hashed)
    end.kind = .end
    end.end = EndOfRun(complete: true, segments: 9, records: 17, watermark: "2024", since: "2023", expected: 18)
    let path = try folder.publish([], footer: end)
    #expect(try SegmentReader.footer(of: path) == end)

    var data = Self.full
    let lines = ["{}", "{}", String(repeating: "x", count: 53)]
    let dataPath = try folder.publish(lines, footer: data)
    data.records = 3
    #expect(try SegmentReader.footer(of: dataPath) == data)
  }

  @Test("shell tools print the footer")
  func shell() async throws {
    let folder = try TemporarySpool()
    let path = try folder.publish(["{}"], name: Samples.name(1))
    let run = try await Programs.shell("tail -n 2 \(path) | head -n 1 | jq -r '.feed, .records'")
    #expect(run.lines == ["cars", "1"])
    withExtendedLifetime(folder) {}
  }

  @Test("members that a later version adds are passed over, and another form is refused")
  func later() throws {
    let json = try String(decoding: JSONEncoder().encode(Self.full), as: UTF8.self)
    func decode(_ text: String) throws -> SegmentFooter {
      try JSONDecoder().decode(SegmentFooter.self, from: Data(text.utf8))
    }
    #expect(try decode("{\"weather\":\"fine\"," + json.dropFirst()) == Self.full)
    let later = try decode(json.replacing("\"format\":1", with: "\"format\":2"))
    #expect(later.contradiction?.contains("form 2") == true)
  }

  @Test("a footer that contradicts itself is found")
  func contradictions() {
    var footer = Self.full
    #expect(footer.contradiction == nil)
    footer.kind = .end
    #expect(footer.contradiction != nil)
    footer.end = EndOfRun(complete: false, segments: 0, records: 0)
    #expect(footer.contradiction != nil, "a run's end has no records")
    footer = Self.full
    footer.sequence = 1_000_000
    #expect(footer.contradiction != nil)
    footer = Self.full
    footer.bytes = 2
    #expect(footer.contradiction != nil)
  }

  @Test("the checksum is the one that everybody calls CRC-32")
  func checkValue() { #expect(CRC32.checksum(of: Array("123456789".utf8)) == 0xCBF4_3926) }
}
