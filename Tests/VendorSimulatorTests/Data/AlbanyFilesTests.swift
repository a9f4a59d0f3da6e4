import SystemPackage
import TestSupport
import Testing

@testable import VendorSimulator

/// Real files, where they are there.
@Suite(.enabled(if: Programs.hasSharedData, "no ../shared/data beside the project: Albany's files are not read"))
struct AlbanyFilesTests {
  struct File: CustomTestStringConvertible {
    var name: String
    var key: [String]
    var count: Int
    var testDescription: String { name }
  }

  static let files = [
    File(name: "2024-01-06-listings", key: ["id"], count: 410),
    File(name: "2024-01-06-reviews", key: ["id"], count: 21_879),
    File(name: "2024-01-06-calendar", key: ["listing_id", "date"], count: 149_650),
    File(name: "2025-10-05-listings", key: ["id"], count: 461),
    File(name: "2025-10-05-reviews", key: ["id"], count: 27_864),
    File(name: "2025-10-05-calendar", key: ["listing_id", "date"], count: 168_265),
  ]

  @Test("every line is a record, byte for byte, under its exact key", arguments: files)
  func loaded(file: File) throws {
    let bytes = try RecordFile.read(Programs.sharedData.appending("albany/\(file.name).ndjson.gz").string)
    let set = SetDescription(name: "albany", key: file.key, stamp: "ModificationTimestamp")
    let table = try RecordLoader.table(from: bytes, of: set, source: file.name)
    #expect(table.count == file.count)
    var records = Set<ArraySlice<UInt8>>()
    for place in 0..<table.count { records.insert(table.bytes[table.range(place)]) }
    #expect(records == Set(bytes.split(separator: UInt8(ascii: "\n"))))
  }

  @Test("ids beyond 2^53 are found by what they are, not by what a double makes of them")
  func ids() throws {
    let bytes = try RecordFile.read(Programs.sharedData.appending("albany/2025-10-05-reviews.ndjson.gz").string)
    let set = SetDescription(name: "reviews", key: ["id"], stamp: "ModificationTimestamp")
    let vendor = SetVersion(
      set: set,
      table: try RecordLoader.table(from: bytes, of: set, source: "reviews"),
      stamps: [Stamp](repeating: Stamp(milliseconds: 0), count: 27_864),
      generation: 1
    )
    let beyond = try (0..<vendor.table.count).compactMap { place -> (Int, Int)? in
      let id = try #require(Int(try vendor.raw("id", place) ?? ""))
      return id > 1 << 53 ? (place, id) : nil
    }
    #expect(beyond.count > 10_000)
    for (place, id) in beyond.prefix(20) {
      var options = QueryOptions()
      options.filter = "id eq \(id)"
      let rows = try ODataQuery(options, of: vendor, cache: QueryCache()).rows
      #expect((0..<rows.count).map { rows[$0] } == [place])
      options.filter = "id gt \(id - 1) and id lt \(id + 1)"
      #expect(try ODataQuery(options, of: vendor, cache: QueryCache()).rows.count == 1)
    }
  }
}
