internal import JSONText
internal import PipelineConfig
internal import Postgres
internal import Telemetry

/// The keys that a feed's latest full run brought: what is in the target and not here was not seen.
///
/// A row is one key, or where keys are whole numbers a span of them (``KeySpans``). UNLOGGED, for the next full run makes it again.
/// After a crash of the server it is empty; then its count differs from the ledger's, and nothing is concluded from it.
struct SeenTable {
  let feed: String
  let qualified: String
  let keyColumns: [String]
  /// Other feeds fill the same table.
  let isShared: Bool
  /// The key is one whole number, and no orphans are compared with it by their text.
  let takesSpans: Bool

  /// - Parameters:
  ///   - feed: Whose keys.
  ///   - isShared: Other feeds fill the same table.
  ///   - target: Where the feed's rows go, when keys are to be noted; nil to look only.
  init(for feed: Feed, isShared: Bool, target: TargetTable? = nil) {
    self.isShared = isShared
    self.feed = feed.name
    qualified = Identifier.qualified("weir", "seen_\(feed.name)")
    keyColumns = feed.keyColumns.map(\.name)
    takesSpans =
      feed.parent == nil && keyColumns.count == 1 && [.integer, .bigint].contains(feed.keyColumns[0].type)
      && target?.wholeNumbers.contains(keyColumns[0]) ?? true
  }

  /// Makes the table if it is not there, with the key columns of the staging table.
  func make(like staging: StagingTable, on connection: inout Connection) throws {
    let keys = keyColumns.map(Identifier.quoted).joined(separator: ", ")
    try connection.transaction { connection throws(PostgresError) in
      // Two workers that begin together: the second one finds the table.
      try connection.query(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
        parameters: [qualified],
        while: "make \(qualified)"
      )
      let last = takesSpans ? ", NULL::bigint AS \(Self.lastColumn)" : ""
      let create = """
        CREATE UNLOGGED TABLE \(qualified) AS
          SELECT ''::text COLLATE "C" AS \(Self.runColumn), \(keys)\(last) FROM \(staging.qualified) WITH NO DATA
        """
      let definition = "\(keys)\(takesSpans ? " and spans" : "") as in \(staging.definition)"
      try MergeTable.make(qualified, as: definition, by: create, on: &connection)
    }
  }

  /// Empties the table when it holds an older run.
  ///
  /// To be called outside of a transaction: who waits here for the table holds nothing that others wait for.
  func open(for run: String, on connection: inout Connection) throws {
    guard let held = try heldRun(&connection), held < run else { return }
    try connection.transaction { connection throws(PostgresError) in
      try connection.query("LOCK TABLE \(qualified) IN ACCESS EXCLUSIVE MODE", while: "open \(qualified)")
      // Another worker may have come first, and keys of this run be there already.
      let begun = "SELECT EXISTS (SELECT FROM weir.ledger WHERE feed = $1 AND run >= $2 AND seen IS NOT NULL)"
      if try connection.query(begun, parameters: [feed, run], while: "open \(qualified)") == [["t"]] { return }
      try connection.query("TRUNCATE \(qualified)", while: "open \(qualified)")
    }
  }

  /// Whether a full run after this one has brought something: then this one's keys are not noted any more.
  func hasLater(than run: String, on connection: inout Connection) throws(PostgresError) -> Bool {
    let later = "SELECT EXISTS (SELECT FROM weir.ledger WHERE feed = $1 AND run > $2 AND mode = 'full')"
    return try connection.query(later, parameters: [feed, run], while: "look into the ledger") == [["t"]]
  }

  /// Whether the keys of an incremental run are to be noted too: where other feeds fill the same table, a row that came
  /// after this feed's full run must not look like one that nobody has. Only beside the keys of a full run.
  func join(_ run: String, on connection: inout Connection) throws(PostgresError) -> Bool {
    try heldRun(&connection).map { $0 < run } ?? false
  }

  /// Notes spans of keys for a run.
  ///
  /// - Throws: ``PostgresError``; also when the server did not take all of them.
  func note(
    _ keys: KeySpans,
    of run: String,
    while activity: String,
    on connection: inout Connection
  ) throws(PostgresError) {
    let list = "\(Self.runColumn), \(Identifier.quoted(keyColumns[0])), \(Self.lastColumn)"
    let taken = try connection.execute(
      "INSERT INTO \(qualified) (\(list)) SELECT $1, s.first, s.last FROM unnest($2::bigint[], $3::bigint[]) s (first, last)",
      parameters: [run, Literal.array(keys.spans.map(\.lowerBound)), Literal.array(keys.spans.map(\.upperBound))],
      while: activity
    )
    guard taken == keys.spans.count else {
      throw PostgresError("\(taken) of \(keys.spans.count) spans were noted", while: activity, exitStatus: .software)
    }
  }

  /// Notes keys, each with a line feed behind it, for a run.
  ///
  /// - Returns: How many the server took.
  func copy(
    _ keys: Span<UInt8>,
    of run: String,
    while activity: String,
    on connection: inout Connection
  ) throws -> Int {
    let list = ([Self.runColumn] + keyColumns).map(Identifier.quoted).joined(separator: ", ")
    return try connection.copy("COPY \(qualified) (\(list)) FROM STDIN", while: activity) { writer in
      var rows = OutputBytes(capacity: CopyWriter.pieceByteCount * 5 / 4)
      var start = 0
      for index in keys.indices where keys[index] == 0x0A {
        rows.append(run)
        rows.append(0x09)
        rows.append(keys.extracting(start..<index + 1))
        start = index + 1
        guard rows.count >= CopyWriter.pieceByteCount || start == keys.count else { continue }
        try rows.withBytes { (bytes) throws(PostgresError) in try writer.write(bytes) }
        rows.removeAll()
      }
    }
  }

  /// What is known of a feed's latest full run.
  enum LatestRun: Equatable {
    /// The feed has brought nothing yet.
    case none
    /// It was never full, is not at its end, failed, or brought nothing: which rows are the feed's is not known.
    case unfinished
    case succeeded(String)
  }

  func latestRun(on connection: inout Connection) throws(PostgresError) -> LatestRun {
    let rows = try connection.query(
      """
      SELECT l.run, s.status FROM (SELECT max(run) FILTER (WHERE mode = 'full') AS run, count(*) AS segments
          FROM weir.ledger WHERE feed = $1) l
        LEFT JOIN weir.sync_log s ON s.feed = $1 AND s.run = l.run WHERE l.segments > 0
      """,
      parameters: [feed],
      while: "look into the ledger"
    )
    guard let row = rows.first else { return .none }
    guard let run = row[0], row[1] == "succeeded" else { return .unfinished }
    return .succeeded(run)
  }

  /// No column of a pipeline begins like this.
  static let runColumn = "_weir_run"
  /// The greatest key of a span; NULL where the row is one key.
  static let lastColumn = "_weir_last"

  private func heldRun(_ connection: inout Connection) throws(PostgresError) -> String? {
    let first = "SELECT \(Self.runColumn) FROM \(qualified) LIMIT 1"
    return try connection.query(first, while: "open \(qualified)").first?.first ?? nil
  }
}
