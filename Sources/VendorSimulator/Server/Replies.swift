internal import HTTPTypes
internal import Hummingbird
internal import JSONText
internal import NIOCore

/// Makes responses: the one place that decides about compression.
struct Replies: Sendable {
  /// zlib's level for clients that ask for gzip; 0: never.
  let gzipLevel: Int

  func response(
    to request: Request,
    _ status: HTTPResponse.Status,
    headers: HTTPFields,
    body: ByteBuffer
  ) -> Response {
    var headers = headers
    headers[.vary] = "Accept-Encoding"
    guard gzipLevel > 0, body.readableBytes >= Gzip.worthwhileBytes, Self.wantsGzip(request.headers),
      let compressed = Gzip.compress(body, level: gzipLevel)
    else { return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body)) }
    headers[.contentEncoding] = "gzip"
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: compressed))
  }

  func json(
    to request: Request,
    _ document: JSONValue,
    status: HTTPResponse.Status = .ok,
    headers: HTTPFields = [:]
  ) -> Response {
    var headers = headers
    headers[.contentType] = "application/json"
    return response(to: request, status, headers: headers, body: ByteBuffer(string: document.encoded))
  }

  /// `{"error":{"code":…,"message":…}}`, in both styles. Source: OData JSON Format 4.01, §21.
  func response(to request: Request, _ refusal: Refusal) -> Response {
    let error = JSONValue.object([
      JSONMember(name: "code", value: .string(refusal.code)),
      JSONMember(name: "message", value: .string(refusal.message)),
    ])
    return json(
      to: request,
      .object([JSONMember(name: "error", value: error)]),
      status: refusal.status,
      headers: refusal.headers
    )
  }

  /// The set that a path names, as it is now.
  ///
  /// - Throws: ``Refusal``, status 404.
  func version(of set: String, from vendor: Vendor) throws(Refusal) -> SetVersion {
    guard let version = vendor.version(of: set) else {
      throw .notFound(
        "Resource not found for the segment '\(set)'; there are \(vendor.setNames.joined(separator: ", "))"
      )
    }
    return version
  }

  /// gzip or anything, and not with a weight of nothing (RFC 9110 §12.5.3).
  static func wantsGzip(_ headers: HTTPFields) -> Bool {
    let codings = headers[values: .acceptEncoding].flatMap { $0.split(separator: ",") }
    return codings.contains { coding in
      let parts = coding.split(separator: ";").map { $0.trimmingSpaces().lowercased() }
      guard let name = parts.first, name == "gzip" || name == "*" else { return false }
      return !parts.dropFirst().contains { ["q=0", "q=0.0", "q=0.00", "q=0.000"].contains($0) }
    }
  }
}
