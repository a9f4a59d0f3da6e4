import HTTPTypes
import Testing

@testable import VendorSimulator

/// Walking through pages.
struct PagingTests {
  static let count = 137

  /// Prices with ties, stamps with ties.
  static let version: Result<SetVersion, any Error> = Result {
    let lines = (0..<count).map { #"{"Key":"k\#(1000 + $0)","Price":\#($0 * 7 % 11),"Even":\#($0 % 2 == 0)}"# }
    return try SetVersion.of(lines.joined(separator: "\n"), tie: 9)
  }

  /// The places that a walk brings, page by page.
  static func walk(_ options: QueryOptions, of version: SetVersion, window: Int? = nil) throws -> [[Int]] {
    var options = options
    let cache = QueryCache()
    var pages: [[Int]] = []
    repeat {
      let query = try ODataQuery(options, of: version, cache: cache)
      let (walk, next) = try query.page(ODataPage.End(window: window))
      pages.append(walk.rows.map { query.rows[$0] })
      // The link is a text: what it does not carry is lost.
      options.token = try next.map { try #require(SkipToken(text: $0.text)) }
      options.skip = 0
      try #require(pages.count <= count + 1)
    } while options.token != nil
    return pages
  }

  @Test(
    "pages of any size, with any $top and $skip, are together the slice that they should be",
    arguments: [1, 2, 7, 50, 136, 137, 138, 1000],
    [nil, "Stamp,Key", "Price desc", "Even,Stamp desc"]
  )
  func slices(pageSize: Int, orderBy: String?) throws {
    let version = try Self.version.get()
    for filter in [nil, "Even eq true"] {
      var options = QueryOptions()
      (options.filter, options.orderBy, options.pageSize) = (filter, orderBy, pageSize)
      let whole = try ODataQuery(options, of: version, cache: QueryCache()).rows
      let all = (0..<whole.count).map { whole[$0] }
      #expect(Set(all).count == (filter == nil ? Self.count : 69))
      for top in [nil, 0, 1, 7, 50, 137, 500] {
        for skip in [0, 1, 7, 100, 137, 500] {
          (options.top, options.skip) = (top, skip)
          let pages = try Self.walk(options, of: version)
          let expected = Array(all.dropFirst(skip).prefix(top ?? .max))
          #expect(pages.flatMap { $0 } == expected, "top \(top ?? -1) skip \(skip)")
          #expect(pages.dropLast().allSatisfy { $0.count == pageSize }, "only the last page may be short")
          #expect(pages.count == max(1, (expected.count + pageSize - 1) / pageSize), "no page more than needed")
        }
      }
    }
  }

  @Test("the record window refuses what goes beyond it, and a walk without $top reaches exactly as far")
  func window() throws {
    let version = try Self.version.get()
    var options = QueryOptions()
    options.pageSize = 30
    func refusal(_ top: Int?, _ skip: Int) -> Refusal? {
      (options.top, options.skip) = (top, skip)
      do {
        _ = try Self.walk(options, of: version, window: 100)
        return nil
      } catch { return error as? Refusal }
    }
    for (top, skip) in [(100, 0), (1, 99), (0, 100), (40, 60)] { #expect(refusal(top, skip) == nil, "\(top) \(skip)") }
    for (top, skip) in [(101, 0), (100, 1), (.max, 1), (nil, 100), (nil, 0), (nil, 99)] as [(Int?, Int)] {
      #expect(refusal(top, skip)?.message.contains("total exceeds 100") == true, "\(top ?? -1) \(skip)")
      #expect(refusal(top, skip)?.status == .badRequest)
    }

    (options.top, options.skip, options.token) = (nil, 0, nil)
    var sent = 0
    while true {
      let query = try ODataQuery(options, of: version, cache: QueryCache())
      guard let (page, next) = try? query.page(ODataPage.End(window: 100)) else { break }
      sent += page.rows.count
      options.token = next
    }
    #expect(sent == 100)

    // A result that fits the window is walked to its end.
    (options.filter, options.token) = ("Even eq true", nil)
    #expect(try Self.walk(options, of: version, window: 69).flatMap { $0 }.count == 69)
  }

  @Test(
    "a token comes back as it was made; anything else is refused",
    arguments: ["", "1.2.3.4", "1.2.3.4.f", "1.2.3.-4.ff", "a.b.c.d.zz", "1.2.3.4.FF"]
  )
  func tokens(bad: String) {
    let token = SkipToken(generation: 3, index: 70_000, sent: 0, pageSize: 2000, position: [0, 1, 0xFF, 0x80])
    #expect(SkipToken(text: token.text) == token)
    #expect(SkipToken(text: bad) == nil)
  }

  @Test("the query cache stays inside its bounds and forgets the oldest first")
  func cacheBounds() throws {
    let cache = QueryCache()
    func key(_ number: Int) -> QueryCache.Key { QueryCache.Key(set: "s", generation: 1, query: ["\(number)"]) }
    var evaluations = 0
    func ask(_ number: Int, rows: Int = 1) throws {
      _ = try cache.rows(for: key(number)) { () throws(Refusal) in
        evaluations += 1
        return .places([UInt32](repeating: 0, count: rows))
      }
    }
    for number in 0..<QueryCache.entriesMax { try ask(number) }
    try ask(0)
    #expect(evaluations == QueryCache.entriesMax)
    try ask(1000)
    try ask(0)
    #expect(evaluations == QueryCache.entriesMax + 1, "0 was used lately and stayed")
    try ask(1)
    #expect(evaluations == QueryCache.entriesMax + 2, "1 was the oldest and went")
    try ask(2000, rows: QueryCache.bytesMax / 4)
    try ask(0)
    #expect(evaluations == QueryCache.entriesMax + 4, "one that fills the cache leaves room for itself only")
  }
}
