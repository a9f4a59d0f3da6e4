internal import HTTPTypes
internal import JSONText
internal import Postgres
internal import Telemetry

/// Why a request was not done, as the client is told: `{"success":false,"error":{"code":…,"message":…,"next":…}}`.
struct Problem: Error, Equatable {
  var status: HTTPResponse.Status
  /// Stable, for programs.
  var code: String
  /// One line, for a person.
  var message: String
  /// What to do or to look at next.
  var next: String?
  var headers: HTTPFields = [:]

  init(_ status: HTTPResponse.Status, _ code: String, _ message: String, next: String? = nil) {
    (self.status, self.code, self.message, self.next) = (status, code, message, next)
  }

  static let ending = Problem(
    .serviceUnavailable,
    "shutting_down",
    "the service is about to end",
    next: "ask again when it has started anew"
  )

  static func alreadyRunning(_ id: String) -> Problem {
    Problem(
      .conflict,
      "already_running",
      "a run of this pipeline is under way: \(id)",
      next: "wait for it to end (GET /api/v1/admin/sync/status), or cancel it: POST /api/v1/runs/\(id)/cancel"
    )
  }

  static func noSuch(_ thing: String, _ message: String, _ next: String? = nil) -> Problem {
    Problem(.notFound, "no_such_\(thing)", message, next: next)
  }

  static func badParameter(_ message: String, next: String? = nil) -> Problem {
    Problem(.badRequest, "bad_parameter", message, next: next)
  }

  static func database(_ error: any Error) -> Problem {
    let known = error as? any OperatorError
    return Problem(.serviceUnavailable, "database", known?.message ?? "the database: \(error)", next: known?.hint)
  }

  /// What an error of another part of the program is for a client.
  init(_ error: any Error) {
    switch error {
    case let problem as Problem: self = problem
    case let error as PostgresError: self = .database(error)
    case let error as any OperatorError:
      let status: HTTPResponse.Status =
        error.exitStatus == .temporaryFailure ? .serviceUnavailable : .internalServerError
      self.init(status, "failed", error.message, next: error.hint)
    default:
      // Nothing of the error itself: it was not written to be read outside.
      self.init(.internalServerError, "internal", "a fault in the service", next: "see the service's log")
    }
  }

  var json: JSONValue {
    .of([
      "success": .bool(false),
      "error": .of(["code": .string(code), "message": .string(message), "next": .text(next)]),
    ])
  }
}
