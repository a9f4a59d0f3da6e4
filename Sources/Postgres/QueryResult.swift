internal import CLibPQ
internal import Telemetry

/// One answer of the server, freed with its last use.
@safe
struct QueryResult: ~Copyable {
  private let pointer: OpaquePointer?

  @unsafe init(_ pointer: OpaquePointer?) { unsafe self.pointer = pointer }

  deinit { unsafe PQclear(pointer) }

  var status: ExecStatusType { unsafe PQresultStatus(pointer) }

  var isSuccess: Bool { [PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_COPY_IN].contains(status) }

  /// Rows as text; `nil` is SQL NULL.
  func textRows() -> [[String?]] {
    let (rows, columns) = unsafe (PQntuples(pointer), PQnfields(pointer))
    return (0..<rows).map { row in
      (0..<columns).map { column in
        guard unsafe PQgetisnull(pointer, row, column) == 0, let text = unsafe PQgetvalue(pointer, row, column) else {
          return nil
        }
        return unsafe String(cString: text)
      }
    }
  }

  /// Rows that the command counted: `COPY 3` gives 3, `TRUNCATE TABLE` nil.
  var affectedRows: Int? {
    guard let text = unsafe PQcmdTuples(pointer) else { return nil }
    return Int(unsafe String(cString: text))
  }

  /// The command as the server says it was done: `COMMIT`, `COPY 3`.
  var commandTag: String {
    guard let text = unsafe PQcmdStatus(pointer) else { return "" }
    return unsafe String(cString: text)
  }

  /// The error this result stands for, or nil when the command was done.
  ///
  /// `lost` is what libpq says of the connection, for a result that never came.
  func failure(while activity: String, lost: @autoclosure () -> String) -> PostgresError? {
    switch status {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_COPY_IN: return nil
    case PGRES_EMPTY_QUERY: return PostgresError("an empty statement", while: activity, exitStatus: .software)
    default: break
    }
    guard let code = field(diagnosticSQLState) else { return PostgresError(lost(), while: activity) }
    var reason = field(diagnosticMessage) ?? "refused"
    let place = [field(diagnosticConstraint).map { "constraint \($0)" }, copyPlace].compactMap(\.self)
    if !place.isEmpty { reason += " (\(place.joined(separator: ", ")))" }
    let sqlState = SQLState(rawValue: code)
    var failure = PostgresError(reason, while: activity, sqlState: sqlState, hint: field(diagnosticHint))
    failure.constraint = field(diagnosticConstraint)
    let (line, column) = copyNumbers
    failure.column = field(diagnosticColumn) ?? column
    failure.copyLine = line
    return failure
  }

  /// `line 5, column price` out of `COPY stg, line 5, column price: "12a"`; what follows quotes the row.
  private var copyPlace: String? {
    guard let context = field(diagnosticContext)?.firstLine, context.hasPrefix("COPY ") else { return nil }
    guard let line = context.firstRange(of: ", line ") else { return nil }
    let place = context[line.lowerBound...].dropFirst(2)
    return String(place[..<(place.firstIndex(of: ":") ?? place.endIndex)])
  }

  private var copyNumbers: (line: Int?, column: String?) {
    guard let match = copyPlace?.wholeMatch(of: /line ([0-9]+)(?:, column (.*))?/) else { return (nil, nil) }
    return (Int(match.1), match.2.map { String($0) })
  }

  private func field(_ code: Unicode.Scalar) -> String? {
    guard let text = unsafe PQresultErrorField(pointer, Int32(code.value)) else { return nil }
    return unsafe String(cString: text)
  }
}

// Swift does not import the character macros of postgres_ext.h. Source: PostgreSQL documentation, 55.8.
private let diagnosticSQLState: Unicode.Scalar = "C"
private let diagnosticMessage: Unicode.Scalar = "M"
private let diagnosticHint: Unicode.Scalar = "H"
private let diagnosticContext: Unicode.Scalar = "W"
private let diagnosticConstraint: Unicode.Scalar = "n"
private let diagnosticColumn: Unicode.Scalar = "c"
