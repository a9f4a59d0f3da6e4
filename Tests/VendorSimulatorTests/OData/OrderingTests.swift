import Testing

@testable import VendorSimulator

/// In which order records come.
struct OrderingTests {
  struct Case: CustomTestStringConvertible {
    var orderBy: String?
    var keys: String
    init(_ orderBy: String?, _ keys: String) { (self.orderBy, self.keys) = (orderBy, keys) }
    var testDescription: String { orderBy ?? "none" }
  }

  @Test(
    "records come by the terms, then by key; null comes first, numbers by value, texts that are instants by time",
    arguments: [
      Case(nil, "abcde"), Case("Key", "abcde"), Case("Key desc", "edcba"), Case("Price", "ecabd"),
      Case("Price desc", "dabce"), Case("Price,Key desc", "ecbad"), Case("Yes,Price desc", "cbeda"),
      Case("Yes desc,Price asc,Key", "adebc"), Case("At", "dabce"), Case("At desc,Key desc", "ecbad"),
      Case("Stamp", "abcde"), Case("Stamp,Key", "abcde"), Case("Stamp desc", "edcba"),
      Case("Stamp desc,Key asc", "edcba"),
      Case("Where/City", "cdeab"), Case("Id", "ecdab"),
    ]
  )
  func table(row: Case) throws {
    let version = try SetVersion.of(FilterTests.records)
    var options = QueryOptions()
    options.orderBy = row.orderBy
    let query = try ODataQuery(options, of: version, cache: QueryCache())
    let keys = try (0..<query.rows.count).map { try version.raw("Key", query.rows[$0]) ?? "" }
    #expect(keys == row.keys.map { "\"\($0)\"" })
  }

  @Test("an order that is none is refused", arguments: ["Nope", "Key up", "Key asc desc", "Key eq 'a'"])
  func refused(text: String) throws {
    let version = try SetVersion.of(FilterTests.records)
    #expect(throws: Refusal.self) { try Ordering(text, in: version) }
  }

  @Test(
    "a position sorts as its record does",
    arguments: ["Price", "Price desc", "Yes,Stamp desc", "At desc", "Where/City desc,Id"]
  )
  func positions(orderBy: String) throws {
    let version = try SetVersion.of(FilterTests.records)
    var options = QueryOptions()
    options.orderBy = orderBy
    let query = try ODataQuery(options, of: version, cache: QueryCache())
    var reader = RecordReader(version)
    let positions = (0..<query.rows.count).map { reader.position(of: query.rows[$0], in: query.ordering) }
    for (left, right) in zip(positions, positions.dropFirst()) { #expect(ByteOrder.compare(left, right) < 0) }
  }
}
