import JSONText
import Testing

@testable import VendorSimulator

/// Data that is made from a seed.
struct SeededDataTests {
  static func tables(_ source: some RecordSource, advances: Int) throws -> [[RecordTable]] {
    var source = source
    return try (0...advances).map { _ in try #require(try source.next()) }
  }

  @Test(
    "the same seed makes the same bytes through every advance, another seed others",
    arguments: 0..<4 as Range<UInt64>
  )
  func sameSeed(seed: UInt64) throws {
    func bytes(_ seed: UInt64) throws -> [[UInt8]] {
      let all =
        try Self.tables(Homes(seed: seed, count: 60), advances: 3)
        + Self.tables(CatalogueSource<Hotels>(seed: seed, count: 50), advances: 3)
        + Self.tables(CatalogueSource<Cars>(seed: seed, count: 50), advances: 3)
      return all.flatMap { $0 }.map(\.bytes)
    }
    let first = try bytes(seed)
    #expect(try bytes(seed) == first)
    #expect(zip(try bytes(seed + 1), first).allSatisfy { $0 != $1 })
  }

  @Test("every child has its parent, and a listing's PhotosCount is its media, whatever comes and goes")
  func children() throws {
    for tables in try Self.tables(Homes(seed: 3, count: 400), advances: 6) {
      var photos: [String: Int] = [:]
      try Self.forEach(tables[0]) { record in
        photos[try #require(record.raw("ListingKey"))] = try #require(record["PhotosCount"]?.integer)
      }
      #expect(photos.count == 400)
      try Self.forEach(tables[1]) { record in
        let parent = try #require(record.raw("ResourceRecordKey"))
        photos[parent] = try #require(photos[parent], "media without its listing") - 1
      }
      #expect(photos.values.allSatisfy { $0 == 0 })
      for children in tables[2...] {
        try Self.forEach(children) { record in #expect(photos[record.raw("ListingKey") ?? ""] != nil) }
        #expect(children.count > 50)
      }
    }
  }

  @Test("of 100 records five change, one comes and one goes, and children that stay change too")
  func shares() async throws {
    let vendor = try Vendor([Homes(seed: 4, count: 1000), CatalogueSource<Cars>(seed: 4, count: 1000)])
    for _ in 0..<3 {
      let report = try await vendor.advance()
      for (set, change) in report.changes where ["Property", "cars"].contains(set) {
        #expect(change == SetChange(new: 10, changed: 50, gone: 10, unchanged: 940), "\(set)")
      }
      for (set, change) in report.changes where !["Property", "cars"].contains(set) {
        let share = Double(change.changed) / Double(change.total)
        #expect((0.03...0.07).contains(share) && change.new > 0 && change.gone > 0, "\(set): \(change)")
      }
    }
  }

  @Test("a car is about 1 KB, and `make` writes what `serve` serves")
  func cars() throws {
    let table = try #require(try Self.tables(CatalogueSource<Cars>(seed: 8, count: 500), advances: 0).first?.first)
    var text = RecordText()
    for number in 1...500 { Cars(seed: 8).write(Population.Member(number: number), to: &text) }
    #expect(text.bytes == table.bytes)
    #expect((950...1100).contains(table.bytes.count / 500), "\(table.bytes.count / 500) bytes")
  }

  @Test("the listings have what makes a mirror stumble")
  func awkward() throws {
    let tables = try #require(try Self.tables(Homes(seed: 7, count: 300), advances: 0).first)
    let homes = String(decoding: tables[0].bytes, as: UTF8.self)
    for text in ["🏡", "'", "É", #"\n"#, #"\""#, "null"] { #expect(homes.contains(text), "\(text)") }
    var beyond = 0
    try Self.forEach(tables[1]) { record in if record["MediaSizeBytes"]?.integer ?? 0 > 1 << 53 { beyond += 1 } }
    #expect(beyond > 20)
    #expect(tables[0].schema.type(of: "ListPrice") == .decimal)
    #expect(tables[0].schema.type(of: "ListingContractDate") == .date)
    #expect(tables[0].schema.type(of: "InternetEntireListingDisplayYN") == .boolean)
    #expect(tables[3].schema.type(of: "OpenHouseStartTime") == .instant)
  }

  @Test("positions are different, in range and in order", arguments: [(0, 10), (1, 1), (10, 10), (3, 1000), (20, 5)])
  func positions(count: Int, total: Int) {
    var random = SeededGenerator(seed: 1)
    let positions = random.positions(count, of: total)
    #expect(positions == Set(positions).sorted())
    #expect(positions.count == min(count, total))
    #expect(positions.allSatisfy { (0..<total).contains($0) })
  }

  static func forEach(_ table: RecordTable, _ body: (JSONValue) throws -> Void) throws {
    for place in 0..<table.count { try body(try JSONValue(parsing: Array(table.bytes[table.range(place)]))) }
  }
}
