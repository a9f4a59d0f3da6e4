internal import Postgres
internal import Spool

/// The rows of a segment that PostgreSQL refused, on their way into the spool.
struct RefusedRows {
  let footer: SegmentFooter
  /// By line of the staged segment.
  private(set) var byLine: [Int: PostgresError] = [:]

  init(footer: SegmentFooter) { self.footer = footer }

  var count: Int { byLine.count }

  mutating func add(_ line: Int, _ error: PostgresError) { byLine[line] = error }

  /// Names the columns of the constraints that refused, where the server did not name a column itself.
  mutating func nameColumns(of target: TargetTable, on connection: inout Connection) throws(PostgresError) {
    var known: [String: String?] = [:]
    for (line, error) in byLine where error.column == nil {
      guard let constraint = error.constraint else { continue }
      if known[constraint] == nil { known[constraint] = try target.columns(of: constraint, on: &connection) }
      byLine[line]?.column = known[constraint] ?? nil
    }
  }

  /// Writes them, each whole as it was staged, and makes the file durable; without any, removes the file of an earlier try.
  ///
  /// To be called before the COMMIT: a record that is neither in the table nor here would be lost. Should the COMMIT
  /// fail, the segment comes again and the file is written anew.
  func publish(from copy: SegmentCopy, with writer: consuming RejectWriter) throws {
    var writer = writer
    if count > 0 {
      var reader = try SegmentReader(copy.path)
      _ = try reader.forEachLine { line, number in
        guard let error = byLine[number] else { return }
        try writer.append(record: line, isJSON: true, line: number, reason: error.reasonWithState, field: error.column)
      }
    }
    _ = try writer.publish(of: footer)
  }
}

extension TargetTable {
  /// The columns that a constraint, a unique index or a domain's constraint is about: `a, b`; nil when there is none.
  func columns(of constraint: String, on connection: inout Connection) throws(PostgresError) -> String? {
    let rows = try connection.query(
      """
      SELECT string_agg(DISTINCT attname, ', ') FROM (
        SELECT a.attname FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = $1::regclass
          AND ((c.conrelid = a.attrelid AND a.attnum = ANY (c.conkey)) OR (c.contypid <> 0 AND c.contypid = a.atttypid))
        WHERE c.conname = $2
        UNION ALL
        SELECT a.attname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
          JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = ANY (x.indkey)
        WHERE x.indrelid = $1::regclass AND i.relname = $2) found
      """,
      parameters: [qualified, constraint],
      while: "look for the columns of \(constraint)"
    )
    return rows.first?.first ?? nil
  }
}
