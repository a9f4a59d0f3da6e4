internal import JSONText
internal import PipelineConfig
internal import Postgres

/// A feed's table as the database has it, checked against what the feed needs.
struct TargetTable {
  let schema: String
  let name: String
  /// Collations that differ from their type's own, by column: the staging table takes them over, because two
  /// collations in one comparison are an error.
  private(set) var collations: [String: String] = [:]

  /// Columns whose texts may be equal and have other bytes.
  private(set) var indifferent: Set<String> = []

  /// Columns of whole numbers, and of nothing else, that are never NULL.
  private(set) var wholeNumbers: Set<String> = []

  var qualified: String { Identifier.qualified(schema, name) }

  /// Columns that every target table has beside those of the pipeline.
  static let hashColumn = "data_hash"
  static let versionColumn = "data_version"

  /// Reads the table from the catalog.
  ///
  /// - Throws: ``MergeError/unfitTable(feed:table:reason:hint:)`` when there is none, a column is missing, or nothing
  ///   makes the key unique; each with the statement that cures it.
  init(for feed: Feed, schema: String, on connection: inout Connection) throws {
    self.schema = schema
    name = feed.table
    let columns = try connection.query(
      """
      SELECT a.attname, CASE WHEN a.attcollation <> t.typcollation
          THEN quote_ident(n.nspname) || '.' || quote_ident(l.collname) END, NOT l.collisdeterministic,
        a.attnotnull AND CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END
          IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
      FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_collation l ON l.oid = a.attcollation LEFT JOIN pg_namespace n ON n.oid = l.collnamespace
      WHERE a.attrelid = (SELECT c.oid FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
          WHERE s.nspname = $1 AND c.relname = $2 AND c.relkind = 'r')
        AND a.attnum > 0 AND NOT a.attisdropped
      """,
      parameters: [schema, name],
      while: "look at the table \(schema).\(name)"
    )
    guard !columns.isEmpty else {
      throw unfit(feed, "is not in the database, or is no plain table", hint: "create it with: weir db migrate")
    }
    for row in columns {
      guard let column = row[0] else { continue }
      collations[column] = row[1]
      if row[2] == "t" { indifferent.insert(column) }
      if row[3] == "t" { wholeNumbers.insert(column) }
    }
    let present = Set(columns.compactMap { $0[0].map { Array($0.utf8) } })
    let needed =
      feed.columns.map { ($0.name, $0.type.sqlName) } + Self.ownColumns
      + (feed.marksRows ? [(DeletionRule.markColumn, "timestamptz")] : [])
      + feed.tracking.marks.map { ($0.rawValue, $0.sqlType) }
    let missing = needed.filter { !present.contains(Array($0.0.utf8)) }
    guard missing.isEmpty else {
      let added = missing.map { "ADD COLUMN \(Identifier.quoted($0.0)) \($0.1)" }.joined(separator: ", ")
      let names = missing.map(\.0).joined(separator: ", ")
      throw unfit(feed, "has no column \(names)", hint: "ALTER TABLE \(qualified) \(added)")
    }
    try requireUniqueKey(feed, on: &connection)
  }

  private static let ownColumns = [(hashColumn, "text"), (versionColumn, "text COLLATE \"C\"")]

  /// ON CONFLICT needs an index that makes exactly the key unique.
  private func requireUniqueKey(_ feed: Feed, on connection: inout Connection) throws {
    let rows = try connection.query(
      """
      SELECT i.indexrelid, a.attname FROM pg_index i
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
      WHERE i.indrelid = $1::regclass AND i.indisunique AND i.indisvalid AND i.indimmediate
        AND i.indpred IS NULL AND i.indexprs IS NULL
      """,
      parameters: [qualified],
      while: "look at the keys of \(schema).\(name)"
    )
    let key = Set(feed.keyColumns.map { Array($0.name.utf8) })
    let indexes = Dictionary(grouping: rows) { $0[0] ?? "" }
    let fits = indexes.values.contains { Set($0.compactMap { row in row[1].map { Array($0.utf8) } }) == key }
    guard !fits else { return }
    let list = feed.keyColumns.map { Identifier.quoted($0.name) }.joined(separator: ", ")
    throw unfit(
      feed,
      "has no unique index on (\(list)), the key",
      hint: "ALTER TABLE \(qualified) ADD PRIMARY KEY (\(list))"
    )
  }

  /// Whether the text of a value means the same to the table's column as it does to a column of the pipeline's type.
  ///
  /// A `timestamp` would take a `timestamptz` as it stands, for one, where it is converted on its way from another table. Rules do
  /// not see a COPY. In another encoding texts are not in the order of the bytes that are sent.
  func takesText(of feed: Feed, on connection: inout Connection) throws(PostgresError) -> Bool {
    let own = Self.ownColumns.map { ($0.0, "text") }
    let keys = Set(feed.keyColumns.map(\.name))
    let columns = (feed.columns.map { ($0.name, $0.type.sqlName) } + own).map { name, type in
      JSONValue.object([
        JSONMember(name: "name", value: .string(name)), JSONMember(name: "type", value: .string(type)),
        JSONMember(name: "is_key", value: .bool(keys.contains(name))),
      ])
    }
    let others = try connection.query(
      """
      SELECT count(*) FROM json_to_recordset($1) AS c (name text, type text, is_key bool)
        JOIN pg_attribute a ON a.attrelid = $2::regclass AND a.attname = c.name
        JOIN pg_class t ON t.oid = a.attrelid
      WHERE t.relhasrules OR a.attidentity <> '' OR a.attgenerated <> '' OR a.atttypid IS DISTINCT FROM to_regtype(c.type)
        AND NOT (c.type = 'text' AND a.atttypid = 'varchar'::regtype)
        OR c.is_key AND c.type = 'text' AND current_setting('server_encoding') <> 'UTF8'
      """,
      parameters: [JSONValue.array(columns).encoded, qualified],
      while: "look at the columns of \(schema).\(name)"
    )
    return others == [["0"]]
  }

  private func unfit(_ feed: Feed, _ reason: String, hint: String) -> MergeError {
    .unfitTable(feed: feed.name, table: qualified, reason: reason, hint: hint)
  }
}
