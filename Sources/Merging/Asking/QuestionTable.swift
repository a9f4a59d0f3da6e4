internal import PipelineConfig
internal import Postgres

/// The narrow UNLOGGED table in which a worker asks which rows of a segment the target lacks: key, hash, version, line.
struct QuestionTable {
  let qualified: String
  let rows: [CopyRows.Column]
  let ends: LineEnds?

  /// The name of the line's number; no column of a pipeline begins like this.
  static let lineColumn = "_weir_line"

  /// Beside a staging table, for the same worker.
  init(for feed: Feed, beside staging: StagingTable, on connection: inout Connection) throws(PostgresError) {
    let own = [TargetTable.hashColumn, TargetTable.versionColumn]
    let keys = Set(feed.keyColumns.map(\.name) + own)
    rows = staging.rows.filter { keys.contains($0.label) }
    ends = LineEnds(for: feed)
    qualified = Identifier.qualified("weir", "ask_\(feed.name)_\(staging.worker)")
    let list = rows.map { Identifier.quoted($0.label) }.joined(separator: ", ")
    let create = """
      CREATE UNLOGGED TABLE \(qualified) WITH (autovacuum_enabled = false) AS
        SELECT 0 AS \(Self.lineColumn), \(list) FROM \(staging.qualified) WITH NO DATA
      """
    try MergeTable.make(qualified, as: "\(list) as in \(staging.definition)", by: create, on: &connection)
  }
}
