public import PipelineConfig
internal import Postgres
internal import Synchronization
internal import Telemetry

/// Makes the indexes that the feeds' tables want, without keeping anybody from reading or writing them meanwhile.
public final class IndexBuilder: Sendable {
  private let pipeline: Pipeline
  /// The session that is building; nil before and after.
  private let session = Mutex<String?>(nil)

  public init(_ pipeline: Pipeline) { self.pipeline = pipeline }

  /// What became of a wanted index.
  public enum Step: String, Sendable {
    case present
    case made
    /// It was there and unusable: a building that was broken off leaves such a one.
    case repaired
  }

  /// Builds what is missing, one after another. `begins` is told of each that has to be built, `ends` of every one.
  ///
  /// - Throws: `PostgresError`. What was built before stays, and of the one that failed nothing is left.
  public func run(
    begins: (WantedIndex) -> Void,
    ends: (WantedIndex, Step) -> Void
  ) throws {
    var connection = try Connection(to: pipeline.database.target, applicationName: "weir db index")
    // To wait for the transactions that are open is a part of the work, and keeps nobody else waiting.
    try connection.query("SET lock_timeout = 0", while: "prepare")
    // Not waited for: whoever waits in a statement is itself what the other one's building waits for.
    let alone = "SELECT pg_try_advisory_lock(hashtextextended('weir.index', 0)), pg_backend_pid()"
    let row = try connection.query(alone, while: "look for another weir db index").first
    guard row?[0] == "t", let pid = row?[1] else {
      throw PostgresError(
        "another weir db index is at work on this database",
        while: "build indexes",
        hint: "wait for its end, then run this again"
      )
    }
    session.withLock { $0 = pid }
    defer { session.withLock { $0 = nil } }
    for index in WantedIndex.all(of: pipeline) {
      let found = try find(index, on: &connection)
      if found == .usable {
        ends(index, .present)
        continue
      }
      begins(index)
      if found == .broken { try drop(index, on: &connection) }
      try build(index, on: &connection)
      ends(index, found == .broken ? .repaired : .made)
    }
  }

  /// How far the building is, as the server tells it: `building index: scanning table, 45 %`; nil when nothing is built.
  public func progress() throws -> String? {
    guard let pid = session.withLock({ $0 }) else { return nil }
    var connection = try Connection(to: pipeline.database.target, applicationName: "weir db index")
    let rows = try connection.query(
      """
      SELECT phase, CASE WHEN blocks_total > 0 THEN 100 * blocks_done / blocks_total
        WHEN tuples_total > 0 THEN 100 * tuples_done / tuples_total END, current_locker_pid
      FROM pg_stat_progress_create_index WHERE pid = $1
      """,
      parameters: [pid],
      while: "look how far the index is"
    )
    guard let row = rows.first, let phase = row[0] else { return nil }
    let share = row[1].map { ", \($0) %" } ?? ""
    let locker = row[2].flatMap { $0 == "0" ? nil : ": process \($0) has a transaction open" } ?? ""
    return phase + share + locker
  }

  private enum Found { case none, usable, broken }

  private func find(_ index: WantedIndex, on connection: inout Connection) throws(PostgresError) -> Found {
    let table = Identifier.qualified(pipeline.database.schema, index.table)
    let activity = "look at the indexes of \(table)"
    guard try connection.query("SELECT to_regclass($1)", parameters: [table], while: activity) != [[nil]] else {
      throw PostgresError("there is no such table", while: activity, sqlState: .undefinedTable)
    }
    let rows = try connection.query(
      """
      SELECT i.relname, x.indisvalid AND x.indisready AND x.indislive, x.indisunique AND x.indimmediate, x.indnkeyatts,
        x.indpred IS NULL AND x.indexprs IS NULL, EXISTS (SELECT FROM pg_stat_progress_create_index p
          WHERE p.index_relid = x.indexrelid AND p.pid <> pg_backend_pid()),
        (SELECT string_agg(a.attname, chr(31) ORDER BY k.place) FROM pg_attribute a
          JOIN unnest(x.indkey::int2[]) WITH ORDINALITY k (number, place) ON k.number = a.attnum
          WHERE a.attrelid = x.indrelid AND k.place <= x.indnkeyatts)
      FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = $1::regclass
      """,
      parameters: [table],
      while: activity
    )
    var broken = false
    for row in rows {
      let columns = (row[6] ?? "").split(separator: "\u{1F}").map(String.init)
      let isOurs = row[0] == index.name
      if isOurs, row[5] == "t" {
        throw PostgresError("\(index.name) is being built by another session", while: activity)
      }
      if row[1] == "f" {
        broken = broken || isOurs
      } else if row[4] == "t" {
        // A key's columns are unique in whatever order; for reading the order is what counts.
        let fits =
          index.isUnique ? row[2] == "t" && Set(columns) == Set(index.columns) : columns.starts(with: index.columns)
        if fits { return .usable }
      }
    }
    return broken ? .broken : .none
  }

  private func build(_ index: WantedIndex, on connection: inout Connection) throws(PostgresError) {
    let columns = index.columns.map(Identifier.quoted).joined(separator: ", ")
    let table = Identifier.qualified(pipeline.database.schema, index.table)
    do {
      try connection.query(
        "CREATE \(index.isUnique ? "UNIQUE " : "")INDEX CONCURRENTLY \(Identifier.quoted(index.name)) ON \(table) (\(columns))",
        while: "build \(index.name)"
      )
    } catch {
      // What is left of it would be kept up to date at every write and be of no use.
      if !connection.isBroken { try? drop(index, on: &connection) }
      throw error
    }
  }

  private func drop(_ index: WantedIndex, on connection: inout Connection) throws(PostgresError) {
    let name = Identifier.qualified(pipeline.database.schema, index.name)
    let isBroken = "SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT indisvalid)"
    // Only ever one that is of no use.
    guard try connection.query(isBroken, parameters: [name], while: "drop \(index.name)") == [["t"]] else { return }
    try connection.query("DROP INDEX CONCURRENTLY \(name)", while: "drop the unusable \(index.name)")
  }
}
