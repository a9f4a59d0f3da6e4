import Foundation
import Synchronization

@testable import Fetching

/// A vendor that answers `$filter`, `$top` and `$count` by the letter, in the order of stamp and id, over records that a test
/// changes meanwhile.
final class FilterVendor: Sendable {
  struct Record: Equatable, Sendable {
    var id: Int
    var stamp: String?

    var line: String { #"{"id":\#(id),"at":\#(stamp.map { "\"\($0)\"" } ?? "null")}"# }
  }

  struct Rules: Sendable {
    /// Records a page, whatever is asked for.
    var cap = 1000
    var knowsOr = true
    var counts = true
    /// A question with more answers is refused.
    var answersMax = Int.max
  }

  private let records: Mutex<[Record]>
  private let rules: Rules

  init(_ records: [Record], _ rules: Rules = Rules()) {
    self.records = Mutex(records)
    self.rules = rules
  }

  var sorted: [Record] { records.withLock { $0 }.sorted { ($0.stamp ?? "", $0.id) < ($1.stamp ?? "", $1.id) } }

  func move(_ id: Int, to stamp: String) {
    records.withLock { records in
      for place in records.indices where records[place].id == id { records[place].stamp = stamp }
    }
  }

  func reply(_ head: String) -> WireServer.Reply {
    let request = WireRequest(head)
    let filter = request.parameters["$filter"]
    if filter?.contains(" or ") == true, !rules.knowsOr {
      return WireServer.Reply(#"{"error":{"message":"or is not supported"}}"#, status: "501 Not Implemented")
    }
    let matched = sorted.filter { record in filter.map { Filter($0).matches(record) } ?? true }
    guard matched.count <= rules.answersMax else {
      return WireServer.Reply(#"{"error":{"message":"total exceeds \#(rules.answersMax)"}}"#, status: "400 Bad Request")
    }
    let page = matched.prefix(min(rules.cap, request.number("$top") ?? 0)).map(\.line).joined(separator: ",")
    let count = rules.counts && request.parameters["$count"] != nil ? #""@odata.count":\#(matched.count),"# : ""
    return WireServer.Reply(#"{\#(count)"value":[\#(page)]}"#)
  }
}

/// OData's filter, as far as this program writes it: comparisons, `and`, `or`, parentheses.
private struct Filter {
  private var words: ArraySlice<String>

  init(_ text: String) {
    let spaced = text.replacing("(", with: " ( ").replacing(")", with: " ) ")
    words = ArraySlice(spaced.split(separator: " ").map(String.init))
  }

  func matches(_ record: FilterVendor.Record) -> Bool {
    var reader = self
    return reader.any(record)
  }

  private mutating func any(_ record: FilterVendor.Record) -> Bool {
    var result = all(record)
    while words.first == "or" {
      words.removeFirst()
      let other = all(record)
      result = result || other
    }
    return result
  }

  private mutating func all(_ record: FilterVendor.Record) -> Bool {
    var result = one(record)
    while words.first == "and" {
      words.removeFirst()
      let other = one(record)
      result = result && other
    }
    return result
  }

  private mutating func one(_ record: FilterVendor.Record) -> Bool {
    if words.first == "(" {
      words.removeFirst()
      defer { words.removeFirst() }
      return any(record)
    }
    let (field, comparison, value) = (words.removeFirst(), words.removeFirst(), words.removeFirst())
    if field == "id" { return Self.holds(comparison, record.id, Int(value) ?? 0) }
    if value == "null" { return (record.stamp == nil) == (comparison == "eq") }
    // Stamps of one length compare as texts.
    return record.stamp.map { Self.holds(comparison, $0, value) } ?? (comparison == "ne")
  }

  private static func holds<Value: Comparable>(_ comparison: String, _ left: Value, _ right: Value) -> Bool {
    switch comparison {
    case "eq": left == right
    case "ne": left != right
    case "gt": left > right
    case "ge": left >= right
    default: left < right
    }
  }
}
