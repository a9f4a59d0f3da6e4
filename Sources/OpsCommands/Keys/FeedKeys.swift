internal import PipelineConfig
internal import Postgres
internal import Telemetry

/// The keys of a feed's table, a page at a time.
struct FeedKeys {
  private let feed: String
  private let column: String
  private let table: String
  private let alive: String?

  /// Keys that are in memory at once.
  private static let pageCount = 10_000

  /// - Throws: ``NoSingleKey`` when the key has several fields, which one line cannot hold.
  init(_ feed: Feed, schema: String) throws(NoSingleKey) {
    guard let key = feed.keyColumns.first, feed.keyColumns.count == 1 else { throw NoSingleKey(feed: feed.name) }
    self.feed = feed.name
    // With the table's name before it: ORDER BY a bare name means the column of the answer, which is text.
    column = "t.\(Identifier.quoted(key.name))"
    table = "\(Identifier.qualified(schema, feed.table)) t"
    alive = feed.marksRows ? "t.\(Identifier.quoted(DeletionRule.markColumn)) IS NULL" : nil
  }

  /// Hands over one page after another. Each is a statement of its own behind the last key of the one before (keyset
  /// pagination): a reader may take hours, and no transaction stays open meanwhile, which the server would end.
  ///
  /// - Throws: ``KeyOfLines``, `PostgresError`, and what `body` throws.
  func forEachPage(in target: DatabaseTarget, _ body: ([String]) throws -> Void) throws {
    let activity = "read the keys of feed \(feed)"
    var connection = try Connection(to: target, applicationName: "weir keys")
    var last: String?
    while true {
      let conditions = [alive, last.map { _ in "\(column) > $1" }].compactMap(\.self)
      let condition = conditions.isEmpty ? "" : " WHERE \(conditions.joined(separator: " AND "))"
      let rows = try connection.query(
        "SELECT \(column)::text FROM \(table)\(condition) ORDER BY \(column) LIMIT \(Self.pageCount)",
        parameters: [last].compactMap(\.self),
        while: activity
      )
      let keys = rows.compactMap { $0.first ?? nil }
      guard let end = keys.last else { return }
      if let key = keys.first(where: { $0.utf8.contains(UInt8(ascii: "\n")) }) {
        throw KeyOfLines(feed: feed, key: key)
      }
      try body(keys)
      last = end
    }
  }
}

/// A feed's key is of several fields.
struct NoSingleKey: OperatorError, Equatable {
  var feed: String

  var message: String { "\(feed): its key has several fields, and a line holds one" }
  var hint: String? { "ask the table for what you need: psql -At" }
  var exitStatus: ExitStatus { .usage }
}

/// A key would be two lines.
struct KeyOfLines: OperatorError, Equatable {
  var feed: String
  var key: String

  var message: String { "\(feed): the key \(key.debugDescription) holds a line break, and would be two keys" }
  var hint: String? { "the keys before it were printed; ask the table for the others: psql -At" }
  var exitStatus: ExitStatus { .dataError }
}
