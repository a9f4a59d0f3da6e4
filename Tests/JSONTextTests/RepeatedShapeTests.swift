import JSONText
import TestSupport
import Testing

/// What is remembered from one record to the next never changes what is found.
struct RepeatedShapeTests {
  @Test("a finder that has seen other records finds what a search finds", arguments: 0..<200 as Range<UInt64>)
  func found(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let wanted = ["id", "name", "price", "stamp", "absent"].map { JSONName($0) }
    var finder = MemberFinder(wanted)
    var parser = JSONParser()
    for _ in 0..<20 {
      let text = Self.object(using: &random)
      try parser.parse(Array(text.utf8).span)
      finder.find(in: parser.root, of: parser)
      for (index, name) in wanted.enumerated() {
        #expect(finder.values[index] == parser.member(parser.root, name), "\(text)")
      }
    }
    try parser.parse(Array("[1]".utf8).span)
    finder.find(in: parser.root, of: parser)
    #expect(finder.values.allSatisfy { $0 == nil })
  }

  @Test(
    "records of one shape again and again: each is found as by a finder that sees it first",
    arguments: 0..<200 as Range<UInt64>
  )
  func repeated(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let wanted = ["id", "name", "z"].map { JSONName($0) }
    var seasoned = MemberFinder(wanted)
    var parser = JSONParser()
    var names = ["id", "name", "longer than eight bytes", "longer than eight byteS", "z", "é", "", "name"]
    for round in 0..<60 {
      if round % 6 == 0 { names.shuffle(using: &random) }
      // Once in a while one member less, one more, or a name that is written with an escape.
      var written = names.prefix(Int.random(in: 0..<6, using: &random) == 0 ? 5 : names.count).map {
        JSONText.quoted($0)
      }
      if Int.random(in: 0..<6, using: &random) == 0 { written.append(#""\u0069d""#) }
      let members = written.map { "\($0):\(Self.values.randomElement(using: &random) ?? "1")" }
      let text = "{\(members.joined(separator: ","))}"
      try parser.parse(Array(text.utf8).span)
      var fresh = MemberFinder(wanted)
      seasoned.find(in: parser.root, of: parser)
      fresh.find(in: parser.root, of: parser)
      #expect(seasoned.values == fresh.values, "\(text)")
      #expect(seasoned.otherNames == fresh.otherNames, "\(text)")
    }
  }

  @Test("a canonical form does not depend on the records before", arguments: 0..<200 as Range<UInt64>)
  func canonical(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var seasoned = CanonicalJSON(excluding: ["stamp"])
    var parser = JSONParser()
    for _ in 0..<20 {
      let text = Self.object(using: &random)
      try parser.parse(Array(text.utf8).span)
      var fresh = CanonicalJSON(excluding: ["stamp"])
      var left = OutputBytes()
      var right = OutputBytes()
      seasoned.append(parser.root, of: parser, to: &left)
      fresh.append(parser.root, of: parser, to: &right)
      let form = left.string
      #expect(form == right.string, "\(text)")
      var again = OutputBytes()
      try parser.parse(Array(form.utf8).span)
      fresh.append(parser.root, of: parser, to: &again)
      #expect(again.string == form, "a canonical form is its own")
      let value = try JSONValue(parsing: form)
      let names = try #require(value.memberNames)
      #expect(names == names.sorted { Array($0.utf16).lexicographicallyPrecedes(Array($1.utf16)) }, "\(text)")
      #expect(Set(names).count == names.count, "\(text)")
    }
  }

  private static let values = [
    "7", "1.50", "-0", "1e2", "9007199254740993", "null", "true", #""x""#, #""\u0078\n""#, "[]", "{}", "[1.0,[2.0]]",
    #"{"b":1,"a":[2,{"d":null,"c":"x"}]}"#, #"{"c":{"b":{"a":{"z":1.0,"y":2},"0":3},"a":1},"b":{"q":1,"p":2},"a":0}"#,
    #"{"a":1,"a":2,"b":3}"#, #"{"b":1,"a":2}"#, #"{ "b" : 1 , "a" : 2 }"#, #"{"a":2,"b":1}"#,
  ]

  /// Objects of a few shapes: names in one of several orders, some left out, some twice, some nested.
  private static func object(using random: inout SeededGenerator) -> String {
    var names = ["id", "name", "price", "stamp", "\u{E000}", "\u{1F600}", "z", "é"]
    if Int.random(in: 0..<4, using: &random) == 0 { names.shuffle(using: &random) }
    if Int.random(in: 0..<4, using: &random) == 0 { names.removeLast(Int.random(in: 0..<8, using: &random)) }
    if Int.random(in: 0..<6, using: &random) == 0 { names.append("price") }
    let members = names.map { name in
      let value = values.randomElement(using: &random) ?? "1"
      let space = Int.random(in: 0..<12, using: &random) == 0 ? " " : ""
      let isEscaped = Int.random(in: 0..<12, using: &random) == 0
      let quoted = isEscaped ? JSONText.quoted(name).replacing("e", with: #"\u0065"#) : JSONText.quoted(name)
      return "\(quoted)\(space):\(Int.random(in: 0..<12, using: &random) == 0 ? "\n" : "")\(value)"
    }
    return "{\(members.joined(separator: ","))}"
  }
}
