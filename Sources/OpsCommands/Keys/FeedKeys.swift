internal import PipelineConfig
internal import Postgres
internal import Telemetry

/// The keys of a feed's table, a page at a time.
struct FeedKeys {
  private let feed: String
  private let statement: String

  /// Keys that are in memory at once.
  private static let pageCount = 10_000

  /// - Throws: ``NoSingleKey`` when the key has several fields, which one line cannot hold.
  init(_ feed: Feed, schema: String) throws(NoSingleKey) {
    guard let key = feed.keyColumns.first, feed.keyColumns.count == 1 else { throw NoSingleKey(feed: feed.name) }
    self.feed = feed.name
    let column = Identifier.quoted(key.name)
    let alive = feed.marksRows ? " WHERE \(Identifier.quoted(DeletionRule.markColumn)) IS NULL" : ""
    statement = """
      DECLARE weir_keys NO SCROLL CURSOR FOR
      SELECT \(column)::text FROM \(Identifier.qualified(schema, feed.table))\(alive) ORDER BY \(column)
      """
  }

  /// Hands over one page after another, all of one moment of the table.
  ///
  /// - Throws: ``KeyOfLines``, `PostgresError`, and what `body` throws.
  func forEachPage(in target: DatabaseTarget, _ body: ([String]) throws -> Void) throws {
    let activity = "read the keys of feed \(feed)"
    var connection = try Connection(to: target, applicationName: "weir keys")
    try connection.transaction { connection in
      try connection.execute(statement, while: activity)
      while true {
        let rows = try connection.query("FETCH \(Self.pageCount) FROM weir_keys", while: activity)
        guard !rows.isEmpty else { return }
        let keys = rows.compactMap { $0.first ?? nil }
        if let key = keys.first(where: { $0.utf8.contains(UInt8(ascii: "\n")) }) {
          throw KeyOfLines(feed: feed, key: key)
        }
        try body(keys)
      }
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
