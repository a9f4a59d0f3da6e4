internal import PipelineConfig
internal import Postgres

/// The UNLOGGED table that one worker copies a feed's segments into.
///
/// One for each worker, so that none waits for another's TRUNCATE. What is in it counts only inside one transaction:
/// after a crash of the server it is empty.
struct StagingTable {
  let qualified: String
  /// Which of the feed's staging tables this is, from 1.
  let worker: Int
  /// Columns with their types, as in CREATE TABLE.
  let definition: String
  /// Every column, in the order of the pipeline and of a staged line.
  let columns: [String]
  let rows: [CopyRows.Column]

  /// Workers of one feed at once, on all machines together. More would only wait for the same table.
  static let workersMax = 64

  /// Takes the first free table of the feed for the life of the session, and makes it if need be.
  ///
  /// - Throws: ``PostgresError``; also when ``workersMax`` workers have theirs.
  init(for feed: Feed, target: TargetTable, on connection: inout Connection) throws(PostgresError) {
    columns = feed.columns.map(\.name) + [TargetTable.hashColumn, TargetTable.versionColumn]
    rows =
      feed.columns.map { column in
        let isKey = feed.keyColumns.contains { $0.name == column.name }
        return CopyRows.Column(column.name, isJSON: column.type == .jsonb, isKey: isKey)
      }
      + [
        CopyRows.Column(TargetTable.hashColumn, isKey: true), CopyRows.Column(TargetTable.versionColumn, isKey: true),
      ]
    worker = try Self.takeSlot(feed: feed.name, on: &connection)
    qualified = Identifier.qualified("weir", "stg_\(feed.name)_\(worker)")
    definition = Self.definition(feed, target)
    let create = "CREATE UNLOGGED TABLE \(qualified) \(definition)"
    try MergeTable.make(qualified, as: definition, by: create, on: &connection)
  }

  /// A session's lock: it ends with the session, however that ends.
  private static func takeSlot(feed: String, on connection: inout Connection) throws(PostgresError) -> Int {
    for worker in 1...workersMax {
      let taken = try connection.query(
        "SELECT pg_try_advisory_lock(hashtextextended($1, 0))",
        parameters: ["weir.stg_\(feed)_\(worker)"],
        while: "take a staging table"
      )
      if taken == [["t"]] { return worker }
    }
    throw PostgresError("all \(workersMax) staging tables of feed \(feed) are in use", while: "take a staging table")
  }

  private static func definition(_ feed: Feed, _ target: TargetTable) -> String {
    let columns = feed.columns.map { column in
      // jsonb arrives as text and is cast for the rows that are written: parsing it is up to half of a COPY, and of most
      // segments most rows are unchanged.
      let type = column.type == .jsonb ? "text" : column.type.sqlName
      let collation = column.type == .text ? target.collations[column.name] : nil
      return "\(Identifier.quoted(column.name)) \(type)\(collation.map { " COLLATE \($0)" } ?? "")"
    }
    let own = ["\(TargetTable.hashColumn) text", "\(TargetTable.versionColumn) text COLLATE \"C\""]
    // Rows up to a page stay as they came: compressed here they would be unpacked and packed again a moment later.
    // Autovacuum has nothing to do in a table that is truncated before every use, and its lock would be in the way.
    return "(\((columns + own).joined(separator: ", "))) WITH (autovacuum_enabled = false, toast_tuple_target = 8160)"
  }
}
