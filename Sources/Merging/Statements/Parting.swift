internal import PipelineConfig
internal import Postgres

/// Puts children aside whose parent is deleted: among the orphans, so that they come back with it.
///
/// The row goes, or is marked. What stays of it, the row or a tombstone, has the child's own stamp without a segment's
/// name: older than the child itself, which may therefore be loaded again, and newer than all that was older.
struct Parting {
  let child: ChildMerge
  /// In its staging table stand the keys of what was deleted, without a hash.
  let parents: FeedMerge
  /// Written beside each orphan, for a person.
  let segment: String

  private var statement: MergeStatement { child.merge.statement }
  private var feed: Feed { child.merge.feed }
  private var table: String { child.merge.target.qualified }
  private var activity: String { "put aside the rows of feed \(feed.name) whose parents are deleted" }

  /// To be called inside the transaction that deleted the parents.
  ///
  /// - Returns: Rows marked or removed, those of feeds below among them.
  func run(on connection: inout Connection) throws -> Int {
    guard let parent = feed.parent, parent.onDelete != .keep else { return 0 }
    // Alone: nobody loads a child while its parent is being deleted.
    try RowsLock.alone(child.merge.target, on: &connection)
    let staging = child.merge.staging.qualified
    if !child.children.isEmpty { try connection.query("TRUNCATE \(staging)", while: activity) }
    let rows = try connection.query(text(parent), while: activity)
    let parted = rows.first?.first.flatMap { $0.flatMap(Int.init) } ?? 0
    guard parted > 0 else { return 0 }
    return parted + (try child.children.part(from: child.merge, segment: segment, on: &connection))
  }

  private func text(_ parent: Feed.Parent) -> String {
    let names = feed.keyColumns.map { Identifier.quoted($0.name) }
    let same = names.map { "t.\($0) = l.\($0)" }.joined(separator: " AND ")
    let keys = names.map { "l.\($0)" }.joined(separator: ", ")
    let key = statement.keyText("l.", of: feed.keyColumns.map(\.name))
    let column = Identifier.quoted(parent.column.name)
    // What the vendor deleted does not come back with a parent.
    let live = feed.marksRows ? " AND t.\(mark) IS NULL" : ""
    let older = "left(l.data_version, -\(MergeStatement.nameByteCount))"
    var parts = [
      """
      leaving AS MATERIALIZED (
        SELECT \(staged) FROM \(table) t
          LEFT JOIN weir.tombstone b ON b.target = \(Literal.quoted(table)) AND b.key = \(statement.keyText("t.", of: feed.keyColumns.map(\.name)))
        WHERE t.\(column) IN (\(gone(parent)))
          AND t.data_hash IS NOT NULL AND t.data_version IS NOT NULL\(live))
      """,
      """
      kept AS (
        INSERT INTO weir.orphan AS o (feed, key, parent_key, data_version, staged, segment, parted_at)
        SELECT \(Literal.quoted(feed.name)), \(key), l.\(column)::text, l.data_version, to_jsonb(l),
          \(Literal.quoted(segment)), clock_timestamp()
        FROM leaving l ORDER BY \(key) COLLATE "C"
        ON CONFLICT (feed, key) DO UPDATE SET parent_key = excluded.parent_key, data_version = excluded.data_version,
          staged = excluded.staged, segment = excluded.segment, kept_at = clock_timestamp(),
          parted_at = excluded.parted_at, refused = NULL
        WHERE o.data_version < excluded.data_version)
      """,
    ]
    switch parent.onDelete {
    case .keep: preconditionFailure("nothing is put aside")
    case .mark:
      parts.append(
        """
        unnoted AS (
          DELETE FROM weir.tombstone b USING leaving l WHERE b.target = \(Literal.quoted(table)) AND b.key = \(key))
        """
      )
      parts.append(
        """
        left_behind AS (
          UPDATE \(table) t SET \(mark) = clock_timestamp(), data_version = \(older)\(feed.tracking.assignments(.parted)) FROM leaving l WHERE \(same))
        """
      )
    case .cascade:
      parts.append("left_behind AS (DELETE FROM \(table) t USING leaving l WHERE \(same))")
      parts.append(
        """
        buried AS (
          INSERT INTO weir.tombstone AS b (target, key, data_version)
          SELECT \(Literal.quoted(table)), \(key), \(older) FROM leaving l
          ON CONFLICT (target, key) DO UPDATE SET data_version = excluded.data_version, noted_at = clock_timestamp())
        """
      )
    }
    if !child.children.isEmpty {
      let list = names.joined(separator: ", ")
      parts.append("below AS (INSERT INTO \(child.merge.staging.qualified) (\(list)) SELECT \(keys) FROM leaving l)")
    }
    return "WITH \(parts.joined(separator: ",\n"))\nSELECT count(*) FROM leaving"
  }

  private let mark = DeletionRule.markColumn

  /// A row of the table as its staged line has it, with the newest stamp under which it was confirmed: what is noted beside
  /// the row would else keep it from coming back.
  private var staged: String {
    let types = Dictionary(uniqueKeysWithValues: feed.columns.map { ($0.name, $0.type) })
    return statement.staging.columns.map { name in
      let quoted = Identifier.quoted(name)
      if name == TargetTable.versionColumn { return "greatest(t.\(quoted) COLLATE \"C\", b.data_version) AS \(quoted)" }
      return types[name] == .jsonb ? "t.\(quoted)::text AS \(quoted)" : "t.\(quoted)"
    }
    .joined(separator: ", ")
  }

  /// Keys that are to be deleted and of which no live row is in the table: what is superseded is not deleted.
  private func gone(_ parent: Feed.Parent) -> String {
    let key = Identifier.quoted(parent.keyColumn.name)
    let live = statement.parentMayBeMarked ? " AND p.\(mark) IS NULL" : ""
    return """
      SELECT g.\(key) FROM \(parents.staging.qualified) g WHERE g.data_hash IS NULL
          AND NOT EXISTS (SELECT FROM \(parents.target.qualified) p WHERE p.\(key) = g.\(key)\(live))
      """
  }
}
