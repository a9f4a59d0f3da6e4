internal import Postgres

/// What a run's keys tell of the target's rows.
extension SeenTable {
  /// Which rows of the target a run did not bring.
  struct Unseen {
    /// Holds for such rows, named `t`.
    var condition: String
    /// Where all such rows are: a relation `gap` whose one column, `keys`, is the `int8range` that lies between two spans. Nil when
    /// keys were noted one by one for the most part, and rows may be anywhere.
    var gaps: String?
  }

  /// The rows that a run, and what came after it, did not bring.
  ///
  /// - Returns: Nil when the table does not hold every key that the ledger says was noted.
  func unseen(of run: String, on connection: inout Connection) throws(PostgresError) -> Unseen? {
    let rows = try connection.query(
      "SELECT coalesce(sum(seen), 0), coalesce(bool_and(seen IS NOT NULL) FILTER (WHERE mode = 'full' OR $3), true), to_regclass($4), "
        + "EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass($4) AND attname = '\(Self.lastColumn)' AND NOT attisdropped) "
        + "FROM weir.ledger WHERE feed = $1 AND run >= $2",
      parameters: [feed, run, isShared ? "t" : "f", qualified],
      while: "look into the ledger"
    )
    guard let told = rows.first, told[1] == "t" else { return nil }
    guard told[2] != nil else { return told[0] == "0" ? Unseen(condition: "true") : nil }
    // Another feed's table may be of an earlier version of this program.
    let mayHaveSpans = takesSpans && told[3] == "t"
    let held = try count(run, mayHaveSpans: mayHaveSpans, &connection)
    guard let expected = told[0].flatMap({ Int($0) }), held.keys == expected else { return nil }
    let sameKey = keyColumns.map(Identifier.quoted).map { "s.\($0) = t.\($0)" }.joined(separator: " AND ")
    let since = "\(Self.runColumn) >= \(Literal.quoted(run))"
    let lacks = "NOT EXISTS (SELECT FROM \(qualified) s WHERE \(sameKey) AND s.\(since))"
    guard held.inSpans > 0 else { return Unseen(condition: lacks) }
    var unseen = Unseen(condition: "\(lacks) AND NOT \(isInSpan("t.\(Identifier.quoted(keyColumns[0]))", since))")
    if Double(held.inSpans) >= Self.spannedShare * Double(held.keys) {
      unseen.gaps = "unnest('{(,)}'::int8multirange - \(spanned(since))) AS gap (keys)"
    }
    return unseen
  }

  /// The share of keys in spans above which it is quicker to look what is between them than to look at all rows.
  private static let spannedShare = 0.9

  /// Whether a run after another brought the key that is in columns k1, k2, … after a prefix.
  func brought(after run: String, _ prefix: String) -> String {
    let names = keyColumns.map(Identifier.quoted).joined(separator: ", ")
    let aliases = keyColumns.indices.map { "\(prefix)k\($0 + 1)" }.joined(separator: ", ")
    let after = "\(Self.runColumn) > \(Literal.quoted(run))"
    let isRow = "(\(aliases)) IN (SELECT \(names) FROM \(qualified) WHERE \(after))"
    return takesSpans ? "(\(isRow) OR \(isInSpan("\(prefix)k1", after)))" : isRow
  }

  private func count(
    _ run: String,
    mayHaveSpans: Bool,
    _ connection: inout Connection
  ) throws(PostgresError) -> (keys: Int, inSpans: Int) {
    let span = "\(Self.lastColumn) - \(Identifier.quoted(keyColumns[0]))"
    let counts =
      mayHaveSpans
      ? "count(*) + coalesce(sum(\(span)), 0), count(\(Self.lastColumn)) + coalesce(sum(\(span)), 0)" : "count(*), 0"
    let rows = try connection.query(
      "SELECT \(counts) FROM \(qualified) WHERE \(Self.runColumn) >= $1",
      parameters: [run],
      while: "count \(qualified)"
    )
    let numbers = rows.first?.map { $0.flatMap { Int($0) } ?? 0 } ?? [0, 0]
    return (numbers[0], numbers[1])
  }

  private func isInSpan(_ key: String, _ condition: String) -> String {
    "coalesce(\(key)::bigint <@ \(spanned(condition)), false)"
  }

  /// All spans in one value, which is made once for a statement.
  private func spanned(_ condition: String) -> String {
    "(SELECT range_agg(int8range(\(Identifier.quoted(keyColumns[0])), \(Self.lastColumn), '[]')) "
      + "FROM \(qualified) WHERE \(Self.lastColumn) IS NOT NULL AND \(condition))"
  }
}
