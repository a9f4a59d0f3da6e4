internal import JSONText
internal import PipelineConfig

extension Feed {
  /// The fields that pages are ordered by: the cursor, then the key. No two records agree in all of them.
  var orderFields: [String] {
    let cursor = cursor.map { [$0.field] } ?? []
    return cursor + key.filter { !cursor.contains($0) }
  }
}

/// OData's filter for what follows a record.
extension FeedQuery {
  var orderFields: [String] { feed.orderFields }

  /// The order is the one that this program asks for, and not one that the feed's own parameters choose.
  var isOrderOwn: Bool { !feed.query.contains { $0.name == "$orderby" } }

  /// Whether a record tells where the next page begins: it has every key field. The version may be missing.
  func canContinue(from position: RecordPosition) -> Bool {
    guard position.values.count == orderFields.count else { return false }
    return position.values.enumerated().allSatisfy { index, value in
      switch value {
      case .string, .number, .bool: true
      case .null: index == 0 && feed.cursor != nil
      case .array, .object: false
      }
    }
  }

  /// Whether a record stands before another, as far as their versions tell.
  func isBefore(_ one: RecordPosition, _ other: RecordPosition) -> Bool {
    guard let cursor = feed.cursor, let left = one.values.first, let right = other.values.first else { return false }
    guard let leftText = left.versionText, let rightText = right.versionText else {
      // OData 4.01 Protocol §11.2.6.2: null comes before everything else.
      return left == .null && right != .null
    }
    // Text sorts as the vendor's database likes, which need not be by bytes.
    guard cursor.type != .text else { return false }
    guard let leftKey = VersionKey(Array(leftText.utf8).span, type: cursor.type),
      let rightKey = VersionKey(Array(rightText.utf8).span, type: cursor.type)
    else { return false }
    return leftKey < rightKey
  }

  /// The page that follows a record.
  ///
  /// - Parameters:
  ///   - last: The last record that was read; nil for the first page.
  ///   - tieLevel: How many fields are fixed at the record's values; nil for everything that follows, in one filter.
  ///   - top: Most records of the page.
  /// - Returns: Its address.
  func keyset(after last: RecordPosition?, tieLevel: Int?, top: Int) -> WebAddress {
    var items: [(name: String, value: String)] = []
    let behind = last.map { last in tieLevel.map { follows(last, $0) } ?? follows(last) }
    let filters = [filter, behind].compactMap { $0 }
    if !filters.isEmpty {
      items.append(("$filter", filters.count == 1 ? filters[0] : filters.map { "(\($0))" }.joined(separator: " and ")))
    }
    items.append(("$orderby", orderFields.joined(separator: ",")))
    items.append(("$top", String(top)))
    if last == nil { items.append(("$count", "true")) }
    return base.adding(items.filter { item in !feed.query.contains { $0.name == item.name } })
  }

  /// `at gt T or (at eq T and id gt K)`, over all fields.
  private func follows(_ last: RecordPosition) -> String {
    orderFields.indices.map { level in
      let part = follows(last, level)
      return level == 0 ? part : "(\(part))"
    }.joined(separator: " or ")
  }

  /// `at eq T and id gt K`: the first fields as they are, the next one behind.
  private func follows(_ last: RecordPosition, _ level: Int) -> String {
    let fixed = (0..<level).map { "\(orderFields[$0]) eq \(literal(last.values[$0], of: orderFields[$0]))" }
    let value = last.values[level]
    // Nothing is greater than null, and everything else follows it.
    let comparison = value == .null ? "ne null" : "gt \(literal(value, of: orderFields[level]))"
    let behind = "\(orderFields[level]) \(comparison)"
    return (fixed + [behind]).joined(separator: " and ")
  }

  /// OData 4.01 URL Conventions §5.1.1.6.1: text in apostrophes, doubled inside; numbers, moments and identifiers bare.
  func literal(_ value: JSONValue, of field: String) -> String {
    switch value {
    case .null: return "null"
    case .bool(let value): return String(value)
    case .number(let digits): return digits
    case .array, .object: return "null"
    case .string(let text):
      if field == feed.cursor?.field { return Self.literal(text, type: feed.cursor?.type ?? .text) }
      switch feed.columns.first(where: { $0.from == JSONPointer(member: field) })?.type {
      case .uuid, .date, .timestamptz, .integer, .bigint, .numeric, .double: return text
      default: return Self.literal(text, type: .text)
      }
    }
  }
}

extension JSONValue {
  /// A version as text; nil when the value can be none.
  fileprivate var versionText: String? {
    switch self {
    case .string(let text): text
    case .number(let digits): digits
    case .null, .bool, .array, .object: nil
    }
  }
}
