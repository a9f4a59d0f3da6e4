internal import Foundation
internal import PipelineConfig

/// The system query options of the first request. Source: OData 4.01 Part 2, §5.1.
enum ODataQuery {
  static func items(_ feed: Feed, since: String?) -> [Feed.QueryItem] {
    var items: [Feed.QueryItem] = []
    var conditions = feed.filter.map { ["(\($0))"] } ?? []
    if let cursor = feed.cursor {
      if let since { conditions.append("\(cursor.field) gt \(literal(since, cursor))") }
      let order = [cursor.field] + feed.key.filter { $0 != cursor.field }
      items.append(.init(name: "$orderby", value: order.joined(separator: ",")))
    }
    if !conditions.isEmpty { items.append(.init(name: "$filter", value: conditions.joined(separator: " and "))) }
    items.append(.init(name: "$count", value: "true"))
    return items
  }

  /// Moments and numbers stand as they are, text in quotes with each quote doubled.
  private static func literal(_ value: String, _ cursor: Cursor) -> String {
    cursor.type == .text ? "'\(value.replacing("'", with: "''"))'" : value
  }
}
