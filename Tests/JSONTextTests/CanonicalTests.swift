import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import JSONText

/// The canonical form of a text.
func canonical(_ text: String, excluding: [String] = [], numbers: CanonicalJSON.Numbers = .exact) throws -> String {
  var parser = JSONParser()
  try parser.parse(Array(text.utf8).span)
  var out = OutputBytes()
  var writer = CanonicalJSON(excluding: excluding, numbers: numbers)
  writer.append(parser.root, of: parser, to: &out)
  return out.string
}

struct CanonicalTests {
  @Test("every vector of RFC 8785 comes out byte for byte", .enabled(if: Programs.hasSharedData, "no ../shared/data"))
  func vectors() throws {
    let root = Programs.sharedData.appending("jcs-rfc8785").string
    let all = try FileManager.default.subpathsOfDirectory(atPath: root)
    let inputs = all.filter { $0.contains("input/") && $0.hasSuffix(".json") }
    #expect(inputs.count >= 5, "\(all)")
    for input in inputs {
      let output = input.replacing("input/", with: "output/")
      let text = try String(contentsOfFile: "\(root)/\(input)", encoding: .utf8)
      let expected = try String(contentsOfFile: "\(root)/\(output)", encoding: .utf8)
      #expect(try canonical(text, numbers: .doubles) == expected.trimmingCharacters(in: .newlines), "\(input)")
    }
  }

  @Test(
    "numbers have one form each, and none that a double cannot hold is rounded",
    arguments: [
      ("0", "0"), ("-0", "0"), ("0.0", "0"), ("-0.0e5", "0"), ("4", "4"), ("4.0", "4"), ("40e-1", "4"),
      ("1E30", "1e+30"),
      ("4.50", "4.5"), ("2e-3", "0.002"), ("0.000000000000000000000000001", "1e-27"), ("0.1", "0.1"),
      ("333333333.33333329", "333333333.33333329"), ("1e-400", "1e-400"), ("9007199254740992", "9007199254740992"),
      ("9007199254740993", "9007199254740993"), ("12345678901234567890", "12345678901234567890"),
      ("1884518522.1684267241", "1884518522.1684267241"), ("1e400", "1e+400"), ("-1.5e-7", "-1.5e-7"),
      ("100000000000000000000", "100000000000000000000"), ("1000000000000000000000", "1e+21"),
      ("15.695714285714287", "15.695714285714287"), ("0.000001", "0.000001"), ("0.0000001", "1e-7"),
      ("0.00000123", "0.00000123"), ("0.000000123", "1.23e-7"), ("-12.5", "-12.5"),
      ("123456789012.345", "123456789012.345"),
    ]
  )
  func numbers(written: String, form: String) throws {
    #expect(try canonical(written) == form)
    #expect(try canonical(form) == form, "the form is its own form")
  }

  @Test("decimals that read as one double are one by RFC 8785, and two in the exact form")
  func neighbours() throws {
    for (left, right) in [
      ("333333333.33333329", "333333333.3333333"), ("0.1", "0.1000000000000000055"),
      ("9007199254740993", "9007199254740992"),
    ] {
      #expect(try canonical(left, numbers: .doubles) == canonical(right, numbers: .doubles))
      #expect(try canonical(left) != canonical(right))
    }
  }

  @Test("what is copied as it is written is what the whole reader makes of it", arguments: 0..<2000 as Range<UInt64>)
  func plainNumbers(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let whole = Bool.random(using: &random) ? "0" : "\(Int.random(in: 0...9_999_999, using: &random))"
    let digits = (0..<Int.random(in: 1...12, using: &random)).map { _ in
      Bool.random(using: &random) ? "0" : "\(Int.random(in: 0...9, using: &random))"
    }
    let token =
      (Bool.random(using: &random) ? "-" : "") + whole + (Bool.random(using: &random) ? "." + digits.joined() : "")
    #expect(try canonical(token) == CanonicalNumber.form(of: token, as: .exact), "\(token)")
    #expect(try canonical(token, numbers: .doubles) == CanonicalNumber.form(of: token, as: .doubles), "\(token)")
  }

  @Test("order of members, white space and escapes do not matter; of equal names the last counts")
  func spelling() throws {
    let plain = try canonical(#"{"a":1,"b":"é","c":[true,null]}"#)
    #expect(try canonical(#" { "c" : [ true , null ] , "b" : "\u00e9" , "\u0061" : 1.0 } "#) == plain)
    #expect(try canonical(#"{"a":7,"c":[true,null],"b":"é","a":1}"#) == plain)
  }

  @Test("only members of the outermost object are left out")
  func excluded() throws {
    #expect(try canonical(#"{"t":1,"a":{"t":2}}"#, excluding: ["t"]) == #"{"a":{"t":2}}"#)
  }

  @Test("any order of members gives the same form", arguments: 0..<50 as Range<UInt64>)
  func shuffled(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var names = (0..<40).map { "n\($0 % 29)x\(String(UnicodeScalar(UInt8.random(in: 97...122, using: &random))))\($0)" }
    names += ["\u{E000}", "\u{1F600}", "é", "e\u{301}", ""]
    let members = names.map { "\(JSONText.quoted($0)):\($0.utf8.count)" }
    let first = try canonical("{\(members.shuffled(using: &random).joined(separator: ","))}")
    let second = try canonical("{\(members.shuffled(using: &random).joined(separator: ","))}")
    #expect(first == second)
    let order = try #require(try JSONValue(parsing: first).memberNames)
    #expect(order == order.sorted { Array($0.utf16).lexicographicallyPrecedes(Array($1.utf16)) })
  }
}

extension JSONValue {
  var memberNames: [String]? {
    if case .object(let members) = self { members.map(\.name) } else { nil }
  }
}
