import HTTPTypes
import Testing

@testable import VendorSimulator

/// What a `$filter` lets through, and what is refused.
struct FilterTests {
  /// Ids beyond 2^53 that a double takes for one; prices that differ in a far digit; one instant in two zones.
  static let records = #"""
    {"Key":"a","Name":"O'Brien","Price":10.10,"Id":9007199254740992,"Yes":true,"Day":"2024-01-06","At":"2024-01-06T04:39:08Z","Where":{"City":"Arvenholm"}}
    {"Key":"b","Name":"and or not","Price":10.1,"Id":9007199254740993,"Yes":false,"Day":"2024-01-07","At":"2024-01-06T05:39:08+01:00","Where":{"City":"Bexmoor"}}
    {"Key":"c","Name":"","Price":1e1,"Id":-9007199254740993,"Yes":null,"Day":null,"At":"2024-01-06T04:39:08.001Z","Where":null}
    {"Key":"d","Name":"Élodie 🏡","Price":10.100000000000000001,"Id":0,"Yes":true,"At":null}
    {"Key":"e","Name":null,"Price":null,"Id":null,"Yes":false,"Day":"2023-12-31","At":"2024-02-29T23:59:59.999999999-05:00","Where":{"City":null}}
    """#

  struct Case: CustomTestStringConvertible {
    var filter: String
    var keys: String
    init(_ filter: String, _ keys: String) { (self.filter, self.keys) = (filter, keys) }
    var testDescription: String { filter }
  }

  static let cases = [
    Case("Key eq 'a'", "a"), Case("Key ne 'a'", "bcde"), Case("'c' lt Key", "de"), Case("Key ge 'c'", "cde"),
    Case("Name eq 'O''Brien'", "a"), Case("Name eq 'and or not'", "b"), Case("Name eq ''", "c"),
    Case("Name eq 'Élodie 🏡'", "d"), Case("Name eq null", "e"), Case("Name ne null", "abcd"), Case("Name gt ''", "abd"),
    Case("Name ne 'x'", "abcde"),
    Case("Id eq 9007199254740993", "b"), Case("Id gt 9007199254740992", "b"), Case("Id lt 0", "c"),
    Case("Id ge 0", "abd"), Case("Id le -9007199254740993", "c"), Case("Id eq 0.0", "d"), Case("Id ne 0", "abce"),
    Case("Price eq 10.1", "ab"), Case("Price gt 10.1", "d"), Case("Price lt 10.1", "c"), Case("Price eq 10", "c"),
    Case("Price le 1.01e1", "abc"), Case("Price eq null", "e"),
    Case("Yes eq true", "ad"), Case("Yes", "ad"), Case("not Yes", "bce"), Case("Yes ne true", "bce"),
    Case("Yes eq null", "c"), Case("not (Yes eq false)", "acd"),
    Case("Day eq 2024-01-06", "a"), Case("Day gt 2023-12-31", "ab"), Case("Day eq null", "cd"),
    Case("At eq 2024-01-06T04:39:08Z", "ab"), Case("At gt 2024-01-06T04:39:08Z", "ce"),
    Case("At gt 2024-01-06T04:39:08.0009Z", "ce"), Case("At lt 2024-03-01T05:00:00Z", "abce"),
    Case("At ge 2024-03-01T04:59:59.999999999Z", "e"), Case("At gt 2024-02-01", "e"), Case("2024-02-01 gt At", "abc"),
    Case("Key in ('a','d','zz')", "ad"), Case("Id in (9007199254740993,0)", "bd"),
    Case("Name in ('O''Brien',null)", "ae"),
    Case("not (Key in ('a','b'))", "cde"), Case("not Key in ('a','b')", "cde"),
    Case("Key eq 'a' or Key eq 'b' and Yes eq true", "a"), Case("(Key eq 'a' or Key eq 'b') and Yes eq false", "b"),
    Case("not Yes and Key gt 'b'", "ce"), Case("((((Key eq 'a'))))", "a"),
    Case("Where/City eq 'Bexmoor'", "b"), Case("Where/City eq null", "cde"),
    Case("Stamp gt 2024-05-01T00:02:00Z", "de"), Case("Stamp ge 2024-05-01T00:02:00.000Z", "cde"),
    Case("(Yes eq true) and Stamp gt 2024-05-01T00:00:00Z", "d"), Case("Stamp lt 2024-05-01T02:01:00+02:00", "a"),
    Case("Stamp gt 2024-05-01T00:03:00Z or Key eq 'a'", "ae"), Case("Stamp ne null", "abcde"),
    Case("Stamp gt 2024-05-01T00:02:00Z and Stamp gt 2024-05-01T00:00:00Z and Stamp le 2024-05-01T00:03:00Z", "d"),
  ]

  @Test("a filter lets through what it says", arguments: cases)
  func table(row: Case) throws {
    let version = try SetVersion.of(Self.records)
    var options = QueryOptions()
    options.filter = row.filter
    for order in [nil, "Stamp", "Price desc"] {
      options.orderBy = order
      let query = try ODataQuery(options, of: version, cache: QueryCache())
      let keys = try (0..<query.rows.count).map { try version.raw("Key", query.rows[$0]) ?? "" }
      #expect(keys.sorted() == row.keys.map { "\"\($0)\"" }, "ordered by \(order ?? "key")")
    }
  }

  struct Bad: CustomTestStringConvertible {
    var filter: String
    var status: Int
    var words: String
    init(_ filter: String, _ words: String, status: Int = 400) {
      (self.filter, self.words, self.status) = (filter, words, status)
    }
    var testDescription: String { filter }
  }

  @Test(
    "what OData does not allow is 400, what this vendor does not do 501, each with the word that is wrong",
    arguments: [
      Bad("", "end"), Bad("Key", "not a boolean"), Bad("Key eq", "end"), Bad("Key eq 'a", "not closed"),
      Bad("Key eq 'a' and", "end"), Bad("(Key eq 'a'", "closing parenthesis"), Bad("Key eq 'a')", "')'"),
      Bad("Key = 'a'", "character"), Bad("Keys eq 'a'", "'Keys'"), Bad("Key eq 5", "a number"),
      Bad("Price gt '5'", "Edm.Decimal"), Bad("Stamp gt '2024-01-01T00:00:00Z'", "Edm.DateTimeOffset"),
      Bad("Stamp gt 2024-01-01T00:00:00", "zone"), Bad("Stamp gt 2024-02-30", "not a number"),
      Bad("Key in ()", "')'"), Bad("Key in 'a'", "opening parenthesis"), Bad("Key in ('a' 'b')", "closing parenthesis"),
      Bad("Key in ('a',5)", "a number"), Bad("Key like 'a'", "'like'"), Bad("'a' eq 'a'", "a string"),
      Bad("contains(Name,'a')", "'contains'", status: 501), Bad("Price add 1 eq 2", "'add'", status: 501),
      Bad("Key eq Name", "two properties", status: 501),
      Bad(String(repeating: "(", count: 5000), "nested"), Bad(String(repeating: "not ", count: 5000), "nested"),
    ]
  )
  func refused(row: Bad) throws {
    let version = try SetVersion.of(Self.records)
    let refusal = #expect(throws: Refusal.self) { try FilterParser.parse(row.filter, in: version) }
    #expect(refusal?.status.code == row.status)
    #expect(refusal?.message.contains(row.words) == true, "\(refusal?.message ?? "")")
  }

  @Test("a filter with thousands of terms side by side is no deeper than one")
  func manyTerms() throws {
    let version = try SetVersion.of(Self.records)
    let filter = (0..<5000).map { "Key eq 'x\($0)'" }.joined(separator: " or ") + " or Key eq 'e'"
    let expression = try FilterParser.parse(filter, in: version)
    var reader = RecordReader(version)
    #expect((0..<5).filter { reader.matches(expression, at: $0) } == [4])
  }
}
