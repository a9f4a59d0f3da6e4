internal import HTTPTypes
internal import JSONText
internal import PipelineConfig

/// One thing that a client can ask for: what serves it and what the document tells of it are the same value.
struct Route: Sendable {
  /// A parameter of the URL's query.
  struct Parameter: Sendable {
    var name: String
    var schema: Schema
    var about: String
    /// What it is when it is not given.
    var fallback: JSONValue?
  }

  var method: HTTPRequest.Method
  /// `/api/v1/runs/{id}`.
  var path: String
  /// What someone must be allowed to; nil for everyone.
  var role: ServiceRole?
  var summary: String
  /// Asks about one pipeline: the path is also there under `/api/v1/tenants/{tenant}`.
  var isOfTenant = true
  var query: [Parameter] = []
  /// Parameters of any name are handed on, as a page of another module wants them.
  var takesAnyQuery = false
  /// What the request's body is like; nil for none.
  var body: Schema?
  /// What `data` is like; nil for an answer that is no JSON of this form.
  var data: Schema?
  /// Of an answer without `data`.
  var contentType = "application/json"
  var status = HTTPResponse.Status.ok
  /// Statuses of refusals beside those that every route has.
  var refusals: [HTTPResponse.Status] = []
  var handle: @Sendable (Call) async throws -> Reply

  var segments: [Substring] { path.split(separator: "/") }

  /// What stands where the path has parts in braces; nil when it is another path.
  func match(_ parts: [Substring]) -> [String: String]? {
    let segments = segments
    guard segments.count == parts.count else { return nil }
    var values: [String: String] = [:]
    for (segment, part) in zip(segments, parts) {
      if segment.first == "{" {
        guard let text = PercentText.decoded(part) else { return nil }
        values[String(segment.dropFirst().dropLast())] = text
      } else if segment != part {
        return nil
      }
    }
    return values
  }
}

/// A request that has been let in.
struct Call: Sendable {
  var tenant: Tenant
  /// Those that whoever asks may look at.
  var tenants: [Tenant]
  var client: Client
  /// What stands in the path where the route has parts in braces.
  var path: [String: String]
  var query: Query
  var body: JSONValue?
  /// What the audit log says of it beside the path.
  var note: AuditNote
}

/// What a route answers.
enum Reply: Sendable {
  case data(JSONValue)
  /// As it is, of a content type, with further headers.
  case document(status: Int, contentType: String, body: [UInt8], headers: [String: String])
}
