internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Spoils answers as the rules say.
struct FaultMiddleware: RouterMiddleware {
  typealias Context = VendorContext

  let vendor: Vendor
  let replies: Replies
  let door: Door
  let prepared: PreparedAnswers

  @concurrent func handle(
    _ request: Request,
    context: Context,
    next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    guard let visit = context.visit, let (rule, salt) = context.live.faults.next(for: visit, headers: request.headers)
    else { return try await next(request, context) }
    visit.note { $0.fault = rule.name }
    if let delay = rule.delay { await ConnectionWatch.waitForEnd(of: context.channel, atMost: delay) }
    switch rule.action {
    case .slow: return try await next(request, context)
    case .status(let fault): return fault.response(at: visit.started.moved(by: context.live.rules.clockSkew))
    case .answer(let answer): return answer.response
    case .down(let duration):
      await door.close(for: duration)
      throw ConnectionEnded()
    case .broken(let broken):
      let skew = context.live.rules.clockSkew
      return try await broken.send(to: context.channel, visit, skew: skew) { try await next(request, context) }
    case .badChecksum:
      var (response, body) = try await Self.gzipped(try await next(request, context))
      guard body.readableBytes >= 8, let byte = body.getInteger(at: body.writerIndex - 8, as: UInt8.self) else {
        return response
      }
      body.setInteger(byte ^ 0x55, at: body.writerIndex - 8)
      response.body = ResponseBody(byteBuffer: body)
      return response
    case .bomb(let mebibytes):
      let headers: HTTPFields = [.contentType: "application/json", .contentEncoding: "gzip"]
      return Response(
        status: .ok,
        headers: headers,
        body: ResponseBody(byteBuffer: GzipBomb.make(mebibytes: mebibytes))
      )
    case .body(let wrong): return try await wrong.response { try await next(request, context) }
    case .page(var twist):
      twist.salt = salt
      var twisted = context
      twisted.twist = twist
      return try await next(request, twisted)
    case .redirect(let status, let origin): return Self.redirect(request, status, to: origin, salt)
    case .revoke:
      _ = context.live.tokens.revokeAll()
      return try await next(request, context)
    case .edit(let edit):
      try await vendor.edit(edit)
      prepared.forget()
      return try await next(request, context)
    }
  }

  /// The answer with its body in gzip, whatever the client takes: a vendor that is broken does not look.
  static func gzipped(_ response: Response) async throws -> (Response, ByteBuffer) {
    var response = response
    let body = try await BodyCollector.collect(response.body)
    if response.headers[.contentEncoding] == "gzip" { return (response, body) }
    guard let packed = Gzip.compress(body, level: 1) else { return (response, body) }
    response.headers[.contentEncoding] = "gzip"
    response.body = ResponseBody(byteBuffer: packed)
    return (response, packed)
  }

  private static func redirect(_ request: Request, _ status: Int, to origin: ForeignOrigin?, _ salt: Int) -> Response {
    let uri = request.uri.string
    let marked = "\(uri)\(uri.contains("?") ? "&" : "?")\(FaultSchedule.mark)=\(salt)"
    let location = (origin?.text(own: request.head.authority ?? "localhost") ?? "") + marked
    return Response(status: HTTPResponse.Status(code: status), headers: [.location: location], body: ResponseBody())
  }
}

/// A connection was ended on purpose; there is nobody to answer any more.
struct ConnectionEnded: Error {}

extension MadeAnswer {
  var response: Response {
    var fields: HTTPFields = [.contentType: type]
    for (name, value) in headers {
      if let name = HTTPField.Name(name) { fields[name] = value }
    }
    let body = ResponseBody(byteBuffer: ByteBuffer(string: text))
    return Response(status: HTTPResponse.Status(code: status), headers: fields, body: body)
  }
}

extension StatusFault {
  func response(at now: Moment) -> Response {
    let (type, text) = ErrorBody.make(shape, status: status, message: message)
    var fields = HTTPFields()
    if let type { fields[.contentType] = type }
    fields[.retryAfter] = retryAfter.value(wait: Int64(wait / .microseconds(1)), now: now)
    for (name, value) in headers {
      if let name = HTTPField.Name(name) { fields[name] = value }
    }
    return Response(
      status: HTTPResponse.Status(code: status),
      headers: fields,
      body: ResponseBody(byteBuffer: ByteBuffer(string: text))
    )
  }
}

extension FaultAction.WrongBody {
  /// The answer, made from what it should have been.
  func response(_ page: () async throws -> Response) async throws -> Response {
    switch self {
    case .html:
      let text = ErrorBody.make(.html, status: 200, message: "We will be back soon").body
      let body = ResponseBody(byteBuffer: ByteBuffer(string: text))
      return Response(status: .ok, headers: [.contentType: "text/html; charset=utf-8"], body: body)
    case .error:
      // RESO's own sample of an error, which comes with 200 (Core 2.0, §2.5).
      let text = ErrorBody.make(.odata, status: 501, message: "$skip is not supported").body
      let body = ResponseBody(byteBuffer: ByteBuffer(string: text))
      return Response(status: .ok, headers: [.contentType: "application/json"], body: body)
    case .empty: return Response(status: .ok, headers: [.contentType: "application/json"], body: ResponseBody())
    case .noContent: return Response(status: .noContent, body: ResponseBody())
    case .mislabelled:
      var response = try await page()
      response.headers[.contentType] = "text/html; charset=utf-8"
      return response
    case .truncated:
      var response = try await page()
      let body = try await BodyCollector.collect(response.body)
      guard response.headers[.contentEncoding] == nil else { return try await Self.truncated(response, body) }
      response.body = ResponseBody(byteBuffer: body.getSlice(at: 0, length: body.readableBytes * 2 / 3) ?? body)
      return response
    }
  }

  /// Half of the text, packed whole: only the JSON is cut.
  private static func truncated(_ response: Response, _ packed: ByteBuffer) async throws -> Response {
    var response = response
    let text = (try? Gunzip.decompress(Array(buffer: packed), maxBytes: 1 << 30)) ?? []
    let cut = ByteBuffer(bytes: text.prefix(text.count * 2 / 3))
    response.body = ResponseBody(byteBuffer: Gzip.compress(cut, level: 1) ?? cut)
    return response
  }
}
