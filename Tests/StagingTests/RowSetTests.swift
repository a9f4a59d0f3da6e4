import JSONText
import Spool
import TestSupport
import Testing

@testable import Staging

/// Rows come out in the order of their keys' bytes, the newest of each key only.
struct RowSetTests {
  private struct Row {
    var key: String
    var version: String
  }

  @Test("the order is that of comparing whole keys and versions", arguments: 0..<200 as Range<UInt64>)
  func order(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let made = Self.rows(using: &random)
    var rows = RowSet()
    // A second segment with the same memory, too.
    for _ in 0..<2 {
      rows.removeAll()
      for (index, row) in made.enumerated() {
        try rows.add { head in
          head.append(row.key)
          let keyEnd = head.count
          head.append(row.version)
          return keyEnd
        } body: {
          $0.append("\(index)")
        }
      }
      let dropped = rows.sortAndKeepNewest()
      var found: [String] = []
      try rows.withEachRow { body in
        var text = OutputBytes()
        text.append(body)
        found.append(text.string)
      }
      let expected = Self.expected(made)
      #expect(found == expected)
      #expect(dropped == made.count - expected.count)
    }
  }

  private static func rows(using random: inout SeededGenerator) -> [Row] {
    let start = ["", "[", "[\"LK", "[\"aaaaaaaaaaaaaaaa"].randomElement(using: &random) ?? ""
    return (0..<Int.random(in: 0...60, using: &random)).map { _ in
      let length = Int.random(in: 0...12, using: &random)
      let rest = (0..<length).map { _ in ["a", "b", "é", "]", "1"].randomElement(using: &random) ?? "" }
      return Row(key: start + rest.joined(), version: "\(Int.random(in: 0...3, using: &random))")
    }
  }

  private static func expected(_ rows: [Row]) -> [String] {
    let sorted = rows.enumerated().sorted { left, right in
      let (a, b) = (Array(left.element.key.utf8), Array(right.element.key.utf8))
      if a != b { return a.lexicographicallyPrecedes(b) }
      if left.element.version != right.element.version { return left.element.version < right.element.version }
      return left.offset < right.offset
    }
    let keys = sorted.map { Array($0.element.key.utf8) }
    return sorted.indices.filter { $0 + 1 == keys.count || keys[$0] != keys[$0 + 1] }.map { "\(sorted[$0].offset)" }
  }
}
