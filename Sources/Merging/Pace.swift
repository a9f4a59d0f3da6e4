internal import Postgres

/// How many rows one statement merges: as many as the database merges in half the time that a statement may take.
///
/// Nearly every database merges a segment in less than a second, and then it is one statement. Where triggers, indexes or a
/// distant disk make rows so dear that a segment would take longer than the time-out, it is merged in parts, in one transaction.
struct Pace: Equatable {
  /// Nil where nothing says that a segment is too much for one statement.
  private(set) var rowsMax: Int?
  /// Half of the time-out: not all rows are equally dear.
  private let longest: Duration

  /// Rows of a part that are as good as no bound: more than any segment has by default.
  static let boundMax = 1_000_000
  /// By how much less is tried after a time-out.
  static let retreat = 8

  init(within statement: Duration) { longest = statement / 2 }

  /// Takes in how long rows took, in parts or at once.
  mutating func learn(rows: Int, took: Duration) {
    let most = rowsMax ?? rows
    // Of few rows the time is that of the statement, whatever its rows.
    guard rows > 0, took > .zero, 2 * rows >= most else { return }
    let fitting = max(1, Int(min(Double(rows) * (longest / took), Double(Self.boundMax))))
    if rowsMax == nil, fitting >= rows { return }
    // Twice as many at once at most: those that come next may be dearer.
    let next = rowsMax == nil ? fitting : min(fitting, 2 * most)
    rowsMax = next < Self.boundMax ? next : nil
  }

  /// So many rows were too much for one statement.
  ///
  /// - Returns: How many are tried next; nil when it was one row.
  mutating func retreat(from rows: Int) -> Int? {
    let tried = min(rows, rowsMax ?? rows)
    guard tried > 1 else { return nil }
    let next = max(1, tried / Self.retreat)
    rowsMax = next
    return next
  }
}

/// The server ended a statement that took too long.
struct TooSlow: Error {
  /// What was sent of the segment.
  var rows: Int
  var error: PostgresError
}
