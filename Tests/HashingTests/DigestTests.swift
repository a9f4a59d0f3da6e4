import JSONText
import SystemPackage
import TestSupport
import Testing

/// The hash says what a record means, and not how it is written.
struct DigestTests {
  @Test("the hash is the MD5 of the canonical form without the excluded fields, as md5sum makes it")
  func md5() async throws {
    let record = #"{"stamp":"2026-01-01T00:00:00Z","price":10.50,"b":null,"a":"é\u00e9","id":1}"#
    let canonical = #"{"a":"éé","b":null,"id":1,"price":10.5}"#
    let sum = try await Programs.shell("printf %s \"$TEXT\" | md5sum", environment: ["TEXT": canonical])
    #expect(try HashTrial().hash([record]).hashes == ["\"\(sum.output.prefix(32))\""])
  }

  @Test("sha256 is as sha256sum makes it, xxh3_128 as the reference library does")
  func others() async throws {
    let (record, canonical) = (#"{"b":1.50,"id":1}"#, #"{"b":1.5,"id":1}"#)
    let sum = try await Programs.shell("printf %s \"$TEXT\" | sha256sum", environment: ["TEXT": canonical])
    let sha = try HashTrial(cursor: nil, hash: #""algorithm":"sha256""#).hash([record]).hashes
    #expect(sha == ["\"\(sum.output.prefix(64))\""])
    let xxh = try HashTrial(cursor: nil, hash: #""algorithm":"xxh3_128""#).hash([record]).hashes
    #expect(xxh == ["\"48c438262543ee51bef9c5cbffa97cdd\""])
  }

  @Test("by the numbers of RFC 8785 decimals that read as one double hash alike, by the exact ones never")
  func numberForms() throws {
    let records = ["333333333.33333329", "333333333.3333333"].map { "{\"id\":1,\"n\":\($0),\"x\":0}" }
    #expect(
      Set(try HashTrial(cursor: nil, hash: #""numbers":"rfc8785""#).hash(records).lines.map(\.encoded)).count == 1
    )
    #expect(Set(try HashTrial(cursor: nil).hash(records).hashes).count == 2)
  }

  @Test(
    "spelling, order and white space do not change the hash; excluded fields do not either",
    arguments: 0..<60 as Range<UInt64>
  )
  func same(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let members = Record.members(using: &random)
    let plain = Record.text(members, isPlain: true, using: &random)
    let spelled = Record.text(members.shuffled(using: &random), isPlain: false, using: &random)
    let hashes = try HashTrial(cursor: nil).hash([plain, spelled.replacing("STAMP", with: "other")]).hashes
    #expect(Set(hashes).count == 1, "\(plain)\n\(spelled)")
  }

  @Test("any single change of a value gives another hash", arguments: 0..<60 as Range<UInt64>)
  func different(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let members = Record.members(using: &random)
    var records = [Record.text(members, isPlain: true, using: &random)]
    for index in members.indices where !["id", "stamp"].contains(members[index].name) {
      var changed = members
      changed[index].value = changed[index].value == "null" ? "\"null\"" : "null"
      records.append(Record.text(changed, isPlain: true, using: &random))
      changed.remove(at: index)
      records.append(Record.text(changed, isPlain: true, using: &random))
    }
    let hashes = try HashTrial(cursor: nil).hash(records).hashes
    #expect(hashes.count == records.count && Set(hashes).count == records.count, "\(records)")
  }

  @Test(
    "numbers that are the same number hash alike, and others never",
    arguments: [
      ("1.10", "1.1", true), ("1e2", "100", true), ("-0", "0", true), ("1.0", "1", true),
      ("0.1", "0.10000000000000000", true),
      ("333333333.33333329", "333333333.3333333", false), ("9007199254740993", "9007199254740992", false),
      ("19.99", "19.990000000000001", false), ("1", "\"1\"", false),
      ("12345678901234567890", "12345678901234567891", false), ("1e400", "1e401", false), ("null", "0", false),
    ]
  )
  func numbers(left: String, right: String, areSame: Bool) throws {
    let hashes = try HashTrial(cursor: nil).hash([left, right].map { #"{"id":1,"n":\#($0),"x":0}"# }).hashes
    #expect(Set(hashes).count == (areSame ? 1 : 2), "\(hashes)")
  }
}

/// Made records, and the ways to write them.
private enum Record {
  struct Member {
    var name: String
    var value: String
  }

  static func members(using random: inout SeededGenerator) -> [Member] {
    let values = [
      "1", "-2.5", "true", "null", #""text""#, #""é 😀""#, "[1,2]", #"{"a":1,"b":[]}"#, #""""#, "123456789012",
    ]
    let names = ["id", "stamp", "a", "B", "é", "zz", "price", "nested"].prefix(Int.random(in: 3...8, using: &random))
    return names.map { name in
      Member(
        name: name,
        value: name == "id" ? "1" : name == "stamp" ? "\"STAMP\"" : values.randomElement(using: &random) ?? "1"
      )
    }
  }

  static func text(_ members: [Member], isPlain: Bool, using random: inout SeededGenerator) -> String {
    let texts = members.map { member in
      guard !isPlain else { return "\(JSONText.quoted(member.name)):\(member.value)" }
      let spelled = [
        "1": "1.0", "-2.5": "-25e-1", #""text""#: #""\u0074ext""#, #""é 😀""#: #""\u00e9 \ud83d\ude00""#,
        "[1,2]": "[ 1 ,2.0]",
        #"{"a":1,"b":[]}"#: #"{ "b":[ ], "\u0061" : 1 }"#, "123456789012": "1.23456789012e11",
      ]
      let space = [" ", "", "  ", "\t"].randomElement(using: &random) ?? ""
      return "\(space)\(JSONText.quoted(member.name))\(space):\(space)\(spelled[member.value] ?? member.value)"
    }
    return "{\(texts.joined(separator: ","))}"
  }
}
