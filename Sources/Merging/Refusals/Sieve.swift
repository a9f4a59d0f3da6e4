internal import Postgres

/// Merges what is in a staging table in ever smaller parts, until only the rows that PostgreSQL refuses are left.
///
/// A statement tells of its first bad row, and often not which it is: a foreign key names none, a trigger says what it
/// likes. So a part that is refused is halved, each half in a savepoint of its own. With k bad rows among n that is about
/// n · log2 k rows merged anew: 100 bad ones among 20,000 cost as much as seven clean segments.
struct Sieve {
  let statement: MergeStatement
  let scope: MergeStatement.Scope
  let activity: String
  /// How many rows one statement merges; nil for all.
  var rowsMax: Int?
  /// More refused rows than this are a table that does not go with the pipeline.
  var refusedMax = 0

  /// A row that PostgreSQL refuses.
  struct Refused {
    /// Its place among the rows of the staging table, from 0.
    var index: Int
    /// The same as the server writes it: `(12,3)`.
    var place: String
    var error: PostgresError
  }

  /// How often the refused rows are tried again, as long as it helps: what a row needs or must wait for, a parent in the
  /// same table or a unique value that another row gives up, may come later in the segment.
  static let passesMax = 3

  /// To be called inside a transaction.
  ///
  /// - Throws: ``TooManyRefused``, or ``PostgresError`` that is not about the data.
  func run(_ places: Places, on connection: inout Connection) throws -> (
    outcome: MergeStatement.Outcome, refused: [Refused]
  ) {
    var outcome = MergeStatement.Outcome()
    var refused: [Refused] = []
    // The part that comes next is last, so rows are merged in their order.
    var parts = Array(parts(of: places).reversed())
    while let part = parts.popLast() {
      do {
        outcome += try merge(part, places, &connection)
      } catch let error as PostgresError where error.isDataError {
        if part.count > 1 {
          let middle = part.lowerBound + part.count / 2
          parts += [middle..<part.upperBound, part.lowerBound..<middle]
        } else {
          refused.append(Refused(index: part.lowerBound, place: places.text(part.lowerBound), error: error))
          guard refused.count <= refusedMax else { throw TooManyRefused(count: refused.count, first: refused[0].error) }
        }
      }
    }
    return try again(refused, outcome, places, &connection)
  }

  /// Merges what is in the staging table in parts, where all at once would take too long.
  ///
  /// To be called inside a transaction.
  func parts(_ places: Places, on connection: inout Connection) throws -> MergeStatement.Outcome {
    var outcome = MergeStatement.Outcome()
    for part in parts(of: places) {
      outcome += try statement.run(scope(of: part, places), on: &connection, while: activity)
    }
    return outcome
  }

  /// Where the rows are, to be asked for first, and once: of equal versions the later line counts, which one statement sees by
  /// itself, and for several the earlier ones go.
  func places(on connection: inout Connection) throws(PostgresError) -> Places {
    let places = try Places(statement.staging, on: &connection)
    let same = statement.keys.map { "s.\($0) = l.\($0)" }.joined(separator: " AND ")
    try connection.execute(
      "DELETE FROM \(statement.staging.qualified) s USING \(statement.staging.qualified) l "
        + "WHERE \(same) AND s.data_version = l.data_version AND s.ctid < l.ctid",
      while: activity
    )
    return places
  }

  private func parts(of places: Places) -> [Range<Int>] {
    let size = min(rowsMax ?? places.count, places.count)
    guard size > 0 else { return [] }
    return stride(from: 0, to: places.count, by: size).map { $0..<min($0 + size, places.count) }
  }

  private func scope(of part: Range<Int>, _ places: Places) -> MergeStatement.Scope {
    var scope = scope
    scope.places = (places.text(part.lowerBound), places.text(part.upperBound - 1))
    return scope
  }

  private func again(
    _ first: [Refused],
    _ merged: MergeStatement.Outcome,
    _ places: Places,
    _ connection: inout Connection
  ) throws -> (outcome: MergeStatement.Outcome, refused: [Refused]) {
    var (outcome, refused) = (merged, first)
    for _ in 0..<Self.passesMax where !refused.isEmpty {
      var left: [Refused] = []
      for row in refused {
        do {
          outcome += try merge(row.index..<row.index + 1, places, &connection)
        } catch let error as PostgresError where error.isDataError {
          left.append(Refused(index: row.index, place: row.place, error: error))
        }
      }
      let helped = left.count < refused.count
      refused = left
      if !helped { break }
    }
    return (outcome, refused)
  }

  private func merge(
    _ part: Range<Int>,
    _ places: Places,
    _ connection: inout Connection
  ) throws -> MergeStatement.Outcome {
    try connection.attempt { connection in
      let outcome = try statement.run(scope(of: part, places), on: &connection, while: activity)
      // A constraint that waits for the COMMIT would refuse everything there.
      try connection.query("SET CONSTRAINTS ALL IMMEDIATE", while: activity)
      return outcome
    }
  }
}

/// So many rows are refused that it is not about the rows.
struct TooManyRefused: Error {
  var count: Int
  var first: PostgresError
}

extension PostgresError {
  /// `23514: new row for relation "car" violates …`: what stands beside a refused row.
  var reasonWithState: String { "\(sqlState?.rawValue ?? "?????"): \(reason)" }
}
