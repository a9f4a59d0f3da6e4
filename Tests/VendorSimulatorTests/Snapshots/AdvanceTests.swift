import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import VendorSimulator

/// Moving from one snapshot to the next.
struct AdvanceTests {
  struct Case: CustomTestStringConvertible {
    var before: [String]
    var after: [String]
    var expected: SetChange
    init(_ before: String, _ after: String, new: Int, changed: Int, gone: Int, unchanged: Int) {
      self.before = before.split(separator: " ").map(String.init)
      self.after = after.split(separator: " ").map(String.init)
      expected = SetChange(new: new, changed: changed, gone: gone, unchanged: unchanged)
    }
    var testDescription: String { "\(before) to \(after)" }
    static func lines(_ records: [String]) -> String {
      records.map { #"{"Key":"\#($0.prefix(1))","V":"\#($0.dropFirst())"}"# }.joined(separator: "\n")
    }
  }

  @Test(
    "records are told apart by key and compared on bytes",
    arguments: [
      Case("a1 b1 c1", "a1 b1 c1", new: 0, changed: 0, gone: 0, unchanged: 3),
      Case("c1 b1 a1", "a1 b1 c1", new: 0, changed: 0, gone: 0, unchanged: 3),
      Case("a1 b1 c1", "a2 c1 d1", new: 1, changed: 1, gone: 1, unchanged: 1),
      Case("a1 b1", "c1 d1", new: 2, changed: 0, gone: 2, unchanged: 0),
      Case("", "a1 b1", new: 2, changed: 0, gone: 0, unchanged: 0),
      Case("a1 b1", "", new: 0, changed: 0, gone: 2, unchanged: 0),
      Case("m1", "a1 m2 z1", new: 2, changed: 1, gone: 0, unchanged: 0),
    ]
  )
  func counts(row: Case) async throws {
    let vendor = try Vendor([TextSource(snapshots: [Case.lines(row.before), Case.lines(row.after)])])
    let before = try #require(vendor.version(of: "Thing"))
    let report = try await vendor.advance()
    let after = try #require(vendor.version(of: "Thing"))

    #expect(report.changes.map(\.change) == [row.expected])
    #expect(after.table.count == row.after.count)
    let old = Dictionary(
      uniqueKeysWithValues: (0..<before.table.count).map { (before.text($0), before.stamps[$0]) }
    )
    for place in 0..<after.table.count {
      #expect(after.stamps[place] == old[after.text(place)] ?? report.stamp)
      #expect(after.stamps[place] <= report.stamp)
    }
  }

  @Test("each advance is a later instant, later than every stamp before it")
  func clock() async throws {
    let lines = (0..<20).map { Case.lines(["a\($0)", "b"]) }
    let vendor = try Vendor([TextSource(snapshots: lines)])
    var latest = try #require(vendor.version(of: "Thing")?.stamps.max())
    for _ in 1..<20 {
      let report = try await vendor.advance()
      #expect(report.stamp > latest)
      #expect(vendor.version(of: "Thing")?.stamps.first == report.stamp)
      latest = report.stamp
    }
    let report = try await vendor.advance()
    #expect(report.changes.map(\.change) == [SetChange(unchanged: 2)], "after the last snapshot it stays as it is")
    #expect(vendor.version(of: "Thing")?.stamps.first == latest)
  }

  @Test("the first load has the same stamps at every start, some shared")
  func deterministic() throws {
    let stamps = try (0..<2).map { _ in
      try #require(Vendor([CatalogueSource<Cars>(seed: 9, count: 2000)]).version(of: "cars")).stamps
    }
    #expect(stamps[0] == stamps[1])
    #expect(Set(stamps[0]).count < 2000)
    #expect(Set(stamps[0]).count > 1900)
  }

  @Test("a snapshot that cannot be read moves nothing, and can be tried again")
  func failed() async throws {
    let directory = try TestFolder()
    let second = directory.path.appending("b.ndjson")
    let first = directory.path.appending("a.ndjson")
    try directory.write(Case.lines(["a1", "b1"]), to: first)
    let set = SetDescription(name: "Thing", key: ["Key"], stamp: "Stamp")
    let vendor = try Vendor([
      CatalogueSource<Cars>(seed: 1, count: 100), FileSource(set: set, files: [first.string, second.string]),
    ])
    await #expect(throws: VendorError.self) { try await vendor.advance() }
    #expect(vendor.version(of: "cars")?.generation == 1)
    #expect(await vendor.state().advances == 0)
    try directory.write(Case.lines(["a1", "b2"]), to: second)
    #expect(try await vendor.advance().changes.map(\.change.changed) == [5, 1])
  }
}
