internal import HTTPTypes
internal import Hummingbird
internal import JSONText
internal import NIOCore

/// An answer with everything that every answer has.
struct Answer {
  var status: HTTPResponse.Status
  var headers: HTTPFields
  var body: [UInt8]

  init(_ status: HTTPResponse.Status, _ json: JSONValue) {
    self.init(status, "application/json", Array(json.encoded.utf8))
  }

  init(_ problem: Problem) {
    self.init(problem.status, problem.json)
    headers.append(contentsOf: problem.headers)
  }

  init(
    _ status: HTTPResponse.Status,
    _ contentType: String,
    _ body: [UInt8],
    _ further: [String: String] = [:]
  ) {
    self.status = status
    self.body = body
    headers = Self.common
    headers[.contentType] = contentType
    for (name, value) in further { if let name = HTTPField.Name(name) { headers[name] = value } }
  }

  func response(to method: HTTPRequest.Method) -> Response {
    var headers = headers
    if method == .head {
      headers[.contentLength] = String(body.count)
      return Response(status: status, headers: headers)
    }
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
  }

  /// No page of ours loads anything from elsewhere, stands in another's frame, or is kept.
  /// Source: OWASP Secure Headers Project.
  private static let common: HTTPFields = {
    let policy = """
      default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; \
      base-uri 'none'; form-action 'self'; frame-ancestors 'none'
      """
    let values = [
      ("Content-Security-Policy", policy), ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"),
      ("Referrer-Policy", "no-referrer"), ("Cache-Control", "no-store"),
      ("Cross-Origin-Resource-Policy", "same-origin"),
    ]
    var fields = HTTPFields()
    for (name, value) in values { if let name = HTTPField.Name(name) { fields[name] = value } }
    return fields
  }()
}
