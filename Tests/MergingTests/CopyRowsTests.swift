import JSONText
import TestSupport
import Testing

@testable import Merging

/// From a staged line to a row of COPY's text format.
struct CopyRowsTests {
  @Test("the fast escaping agrees with the obvious one", arguments: 0..<300 as Range<UInt64>)
  func escaping(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let alphabet: [UInt8] = [0x5C, 0x09, 0x0A, 0x0D, 0x61, 0x4E, 0x2E, 0x0B, 0x0C, 0x08, 0x1F, 0xC3, 0xA9, 0x7F]
    var value = (0..<Int.random(in: 0...200, using: &random)).map { _ in
      alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
    }
    if seed.isMultiple(of: 10), !value.isEmpty { value[Int.random(in: 0..<value.count, using: &random)] = 0 }
    var output = OutputBytes()
    let isWhole = unsafe value.withUnsafeBufferPointer { unsafe CopyText.append($0, to: &output) }
    #expect((isWhole ? output.array : nil) == CopyText.reference(value))
  }

  func row(_ line: String, _ columns: [CopyRows.Column]) throws -> String {
    var rows = CopyRows(columns: columns)
    try rows.append(Array(line.utf8).span)
    return rows.bytes.withBytes { bytes in String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self) }
  }

  static let columns = [CopyRows.Column("a"), CopyRows.Column("b", isJSON: true)]

  @Test(
    "each kind of value has its form",
    arguments: [
      (#"{"a":"x","b":null}"#, "x\t\\N\n"), (#"{"b":[1, 2],"a":1.50}"#, "1.50\t[1, 2]\n"),
      (#"{"a":true,"b":"s"}"#, "true\t\"s\"\n"),
      (#"{"a":"t\tn\n\\","b":{"k":"\n"}}"#, "t\\tn\\n\\\\\t{\"k\":\"\\\\n\"}\n"),
      (#"{"a":"","b":""}"#, "\t\"\"\n"), (#"{"a":"\u00e9","b":false}"#, "é\tfalse\n"),
    ]
  )
  func forms(line: String, expected: String) throws {
    #expect(try row(line, Self.columns) == expected)
  }

  @Test(
    "a line that is no row of this table is refused, and the rows before it stay",
    arguments: ["", "[]", "{}", #"{"a":1}"#, #"{"a":1,"b":2,"c":3}"#, #"{"a":1,"c":2}"#, #"{"a":"\u0000","b":1}"#, "{"]
  )
  func refused(line: String) throws {
    var rows = CopyRows(columns: Self.columns)
    try rows.append(Array(#"{"a":1,"b":2}"#.utf8).span)
    #expect(throws: CopyRows.BadLine.self) { try rows.append(Array(line.utf8).span) }
  }
}
