import Foundation
import JSONText
import SystemPackage
import TestSupport
import Testing

struct ParserTests {
  @Test(
    "JSONTestSuite: y_ is accepted, n_ is refused, none crashes",
    .enabled(if: Programs.hasSharedData, "no ../shared/data")
  )
  func suite() throws {
    let root = Programs.sharedData.appending("json-test-suite").string
    let files = try FileManager.default.subpathsOfDirectory(atPath: root).filter { $0.hasSuffix(".json") }
    var parser = JSONParser()
    var seen = 0
    for file in files {
      let name = file.split(separator: "/").last ?? ""
      let bytes = [UInt8](try Data(contentsOf: URL(filePath: "\(root)/\(file)")))
      var refusal: JSONError?
      do throws(JSONError) { try parser.parse(bytes.span) } catch { refusal = error }
      if name.hasPrefix("y_") { #expect(refusal == nil, "\(name): \(refusal.map(String.init(describing:)) ?? "")") }
      if name.hasPrefix("n_") { #expect(refusal != nil, "\(name) was accepted") }
      seen += 1
    }
    #expect(seen >= 318, "\(seen) files")
  }

  @Test("a pointer finds what it names, the last of equal names, and nothing where there is nothing")
  func pointers() throws {
    var parser = JSONParser()
    try parser.parse(Array(#"{"a":{"b/c":[10,{"~":"x"}],"d":1,"d":2},"\u0065":null}"#.utf8).span)
    func found(_ pointer: String) throws -> String? {
      parser.find(try JSONPointer(pointer), from: parser.root).map { parser.rawString($0) }
    }
    #expect(try found("/a/b~1c/0") == "10")
    #expect(try found("/a/b~1c/1/~0") == "\"x\"")
    #expect(try found("/a/d") == "2")
    #expect(try found("/e") == "null")
    #expect(try found("/a/b~1c/2") == nil)
    #expect(try found("/a/b~1c/00") == nil)
    #expect(try found("/z") == nil)
    #expect(throws: JSONError.self) { try JSONPointer("a") }
    #expect(throws: JSONError.self) { try JSONPointer("/a~2") }
  }

  @Test("containers beyond the depth asked for are one node with their raw text", arguments: 0...3)
  func depth(max: Int) throws {
    var parser = JSONParser()
    try parser.parse(Array(#"{"a":{"b":{"c":{"d":[1,"]}"]}}}}"#.utf8).span, maxDepth: max)
    var at: JSONNode? = parser.root
    for name in ["a", "b", "c"].prefix(max) { at = at.flatMap { parser.member($0, JSONName(name)) } }
    let deepest = try #require(at)
    #expect(parser.rawString(deepest).hasSuffix(#"[1,"]}"]"# + String(repeating: "}", count: 4 - max)))
    #expect(max == 3 || parser.member(deepest, JSONName(["a", "b", "c"][max])) != nil, "its own members are there")
    if let inner = parser.firstChild(deepest).flatMap({ parser.next(after: $0, in: deepest) }) {
      #expect(parser.firstChild(inner) == nil, "what lies deeper is not looked into")
    }
  }

  @Test("escapes read as RFC 8259 says, half a pair is refused as bad Unicode")
  func escapes() throws {
    #expect(try JSONValue(parsing: #""\"\\\/\b\f\n\r\t\u0041\uD83D\uDE00""#) == .string("\"\\/\u{8}\u{c}\n\r\tA😀"))
    for text in [#""\ud800""#, #""\udc00\ud800""#, #""\ud800\u0041""#] {
      let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
      #expect(error?.isBadUnicode == true)
    }
  }

  @Test("a tree written out and read again is the same tree", arguments: 0..<200 as Range<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let value = JSONValue.random(depth: 4, using: &random)
    #expect(try JSONValue(parsing: value.encoded) == value)
  }
}

extension JSONValue {
  fileprivate static func random(depth: Int, using random: inout SeededGenerator) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &random) {
    case 0: .null
    case 1: .bool(.random(using: &random))
    case 2: .number("\(Int.random(in: -1_000_000...1_000_000, using: &random))")
    case 3: .number("\(Double.random(in: -1e9...1e9, using: &random))")
    case 4: .string(randomText(using: &random))
    case 5: .array((0..<Int.random(in: 0...5, using: &random)).map { _ in .random(depth: depth - 1, using: &random) })
    default:
      .object(
        (0..<Int.random(in: 0...5, using: &random)).map { _ in
          JSONMember(name: randomText(using: &random), value: .random(depth: depth - 1, using: &random))
        }
      )
    }
  }

  private static func randomText(using random: inout SeededGenerator) -> String {
    let letters: [Character] = ["a", "\"", "\\", "\n", "\u{1}", "é", "😀", "/", "}", ",", "\u{2028}"]
    return String(
      (0..<Int.random(in: 0...90, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a" }
    )
  }
}
