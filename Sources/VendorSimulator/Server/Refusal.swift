internal import HTTPTypes

/// A request that the vendor answers with an error: status, OData's machine-readable code, and a sentence.
struct Refusal: Error, Equatable {
  var status: HTTPResponse.Status
  var code: String
  var message: String
  var headers: HTTPFields = [:]

  static func badRequest(_ message: String) -> Self { Self(status: .badRequest, code: "BadRequest", message: message) }

  static func notFound(_ message: String) -> Self { Self(status: .notFound, code: "NotFound", message: message) }

  static func notImplemented(_ message: String) -> Self {
    Self(status: .notImplemented, code: "NotImplemented", message: message)
  }

  static func unauthorized(_ message: String, challenge: String = "Bearer") -> Self {
    Self(status: .unauthorized, code: "Unauthorized", message: message, headers: [.wwwAuthenticate: challenge])
  }
}
