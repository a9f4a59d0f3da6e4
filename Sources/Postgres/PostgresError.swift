public import Telemetry

/// What went wrong with the database, in a form that a person, a retry and an exit status can read.
///
/// The server's DETAIL and CONTEXT are left out: they quote whole rows.
public struct PostgresError: OperatorError, Equatable {
  /// Absent when the server was not reached, was lost, or was not even asked.
  public var sqlState: SQLState?
  /// The server's primary message, or ours; one line.
  public var reason: String
  /// What this program was doing: `COPY weir.stg_cars_1`, `connect to …`.
  public var activity: String
  public var hint: String?
  public var exitStatus: ExitStatus
  /// The column and the constraint that the server names; most refusals name one of the two.
  public var column: String?
  public var constraint: String?
  /// The line of a COPY, from 1. A hint and no more: of rows that were too big the server names a later one.
  public var copyLine: Int?

  /// `exitStatus` counts where there is no SQLSTATE to tell it; the default is for a server that is not there.
  public init(
    _ reason: String,
    while activity: String,
    sqlState: SQLState? = nil,
    hint: String? = nil,
    exitStatus: ExitStatus = .temporaryFailure
  ) {
    self.reason = reason.firstLine
    self.activity = activity
    self.sqlState = sqlState
    self.hint = hint ?? sqlState?.hint
    self.exitStatus = sqlState?.exitStatus ?? exitStatus
  }

  public var message: String { "\(activity): \(reason)\(sqlState.map { " [\($0.rawValue)]" } ?? "")" }

  /// Doing the whole unit of work again may succeed.
  ///
  /// The unit, never the statement: when the answer to a COMMIT is lost nobody knows whether it happened, so every unit
  /// here is one that may safely be done twice.
  public var isTransient: Bool { exitStatus == .temporaryFailure }

  /// The server refused the data itself, so the same data will be refused again.
  public var isDataError: Bool { exitStatus == .dataError && sqlState != nil }
}

extension String {
  /// libpq and the server may answer with many lines, and with a row's text in them; one bounded line names the matter.
  var firstLine: String {
    String((split(whereSeparator: \.isNewline).first ?? "no message").prefix(300))
  }
}
