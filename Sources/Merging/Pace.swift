internal import Postgres

/// How many rows one statement merges: as many as the database has merged before in a time that suits the time-out of a statement.
///
/// Nearly every database merges a segment in less than a second, and then it is one statement. Where triggers, indexes or a
/// distant disk make rows dear, a segment is merged in parts, in one transaction still: were it more than a time-out allows, it
/// would never be merged.
struct Pace: Equatable {
  /// Nil where nothing says that a segment is too much for one statement.
  private(set) var rowsMax: Int?
  private let longest: Duration

  /// A part takes a quarter of the time-out at most, for rows are not all equally dear, and no longer than this.
  static let longestMax = Duration.seconds(30)
  /// Rows of a part that are as good as no bound: more than any segment has by default.
  static let boundMax = 1_000_000
  /// By how much less is tried after a time-out.
  static let retreat = 8

  init(within statement: Duration) { longest = min(Self.longestMax, statement / 4) }

  /// Takes in how long rows took, in parts or at once.
  mutating func learn(rows: Int, took: Duration) {
    guard rows > 0, took > .zero else { return }
    let fitting = max(1, Int(min(Double(rows) * (longest / took), Double(Self.boundMax))))
    // Twice as many at once at most: so many rows as come next may be dearer.
    let wanted = rowsMax.map { min(fitting, 2 * $0) } ?? fitting
    rowsMax = rowsMax == nil && fitting >= rows || wanted >= Self.boundMax ? nil : wanted
  }

  /// So many rows were too much for one statement.
  mutating func retreat(from rows: Int) {
    rowsMax = max(1, min(rows, rowsMax ?? rows) / Self.retreat)
  }
}

/// The server ended a statement that took too long.
struct TooSlow: Error {
  /// What the segment holds.
  var rows: Int
  var error: PostgresError
}
