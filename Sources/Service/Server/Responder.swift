internal import FoundationEssentials
internal import HTTPTypes
internal import Hummingbird
internal import JSONText
internal import Logging
internal import NIOCore
internal import PipelineConfig

/// Answers requests: looks at who asks and how much, finds the route, and holds the request against what the route takes.
struct Responder: HTTPResponder {
  let routes: RouteTable
  let door: Door
  let limiter: RateLimiter
  let tenants: [Tenant]
  let logger: Logger

  /// Largest body of a request.
  static let bodyBytesMax = 64 << 10
  /// Longest path with its query.
  static let targetBytesMax = 8 << 10

  @concurrent func respond(to request: Request, context: ServiceContext) async throws -> Response {
    let note = AuditNote()
    var client = Client(name: context.address, tenants: [], limitKey: context.address, isAnonymous: true)
    var tenant = tenants[0]
    var answer: Answer
    do {
      client = try letIn(request, context)
      let found = try routes.find(request.method, path: request.uri.path)
      tenant = try self.tenant(found.tenant, client)
      answer = try await self.answer(request, found, client, tenant, note)
    } catch {
      let problem = Problem(error)
      if problem.status.kind == .serverError, !(error is Problem) {
        logger.error("a request failed", error: error, metadata: ["path": "\(request.uri.path)"])
      }
      answer = Answer(problem)
    }
    await audit(request, client, tenant, answer.status, note)
    return answer.response(to: request.method)
  }

  /// Who asks, when it may ask at all.
  private func letIn(_ request: Request, _ context: ServiceContext) throws(Problem) -> Client {
    guard request.head.path?.utf8.count ?? 0 <= Self.targetBytesMax else {
      throw Problem(.uriTooLong, "uri_too_long", "the path has more than \(Self.targetBytesMax) bytes")
    }
    try door.checkNames(
      authority: request.head.authority,
      origin: request.headers[.origin],
      isSocket: context.isSocket
    )
    let client = try door.client(
      authorization: request.headers[.authorization],
      from: context.address,
      isSocket: context.isSocket,
      isPassedOn: Self.proxyHeaders.contains { request.headers[$0] != nil }
    )
    guard limiter.allow(client.limitKey) else {
      var problem = Problem(.tooManyRequests, "too_many_requests", "\(client.name) asks too often")
      problem.next = "ask less often, or raise service.requests_per_second in pipeline.json"
      problem.headers[.retryAfter] = "1"
      throw problem
    }
    return client
  }

  /// What proxies say of whom they speak for. Source: RFC 7239, and what was usual before it.
  private static let proxyHeaders = ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"].compactMap {
    HTTPField.Name($0)
  }

  private func tenant(_ name: String?, _ client: Client) throws(Problem) -> Tenant {
    guard let name else {
      // Without a name in the path a token's own pipeline is meant.
      return tenants.first { client.mayUse($0.name) } ?? tenants[0]
    }
    guard let tenant = tenants.first(where: { $0.name == name }) else {
      // Who may see one pipeline is not told which others there are.
      if client.tenants != nil { throw client.isAnonymous ? Self.wantsToken : Self.foreign(name) }
      throw .noSuch("tenant", "there is no pipeline of this name", "GET /api/v1/tenants tells which there are")
    }
    return tenant
  }

  private func answer(
    _ request: Request,
    _ found: RouteTable.Match,
    _ client: Client,
    _ tenant: Tenant,
    _ note: AuditNote
  ) async throws -> Answer {
    let route = found.route
    if let role = route.role { try permit(client, role, tenant) }
    let query = try Query(request.uri.query, of: route)
    let body = try await body(of: request, route)
    let visible = tenants.filter { client.role != nil && client.mayUse($0.name) }
    let call = Call(
      tenant: tenant,
      tenants: visible,
      client: client,
      path: found.values,
      query: query,
      body: body,
      note: note
    )
    switch try await route.handle(call) {
    case .data(let data):
      return Answer(route.status, .of(["success": .bool(true), "data": data]))
    case .document(let status, let contentType, let bytes, let headers):
      return Answer(HTTPResponse.Status(code: status), contentType, bytes, headers)
    }
  }

  private func permit(_ client: Client, _ role: ServiceRole, _ tenant: Tenant) throws(Problem) {
    // Without a token it may be that one would do; with one it is another that is needed.
    guard client.mayUse(tenant.name) else { throw client.isAnonymous ? Self.wantsToken : Self.foreign(tenant.name) }
    if let has = client.role, has >= role { return }
    if client.isAnonymous { throw .unauthorized("this takes a token with the role \(role.rawValue)") }
    throw Problem(
      .forbidden,
      "wrong_role",
      "\(client.name) has the role \(client.role?.rawValue ?? "none"), and this takes \(role.rawValue)",
      next: "use a token with the role \(role.rawValue)"
    )
  }

  private static let wantsToken = Problem.unauthorized("this takes a token of the pipeline")

  private static func foreign(_ name: String) -> Problem {
    Problem(.forbidden, "wrong_tenant", "this token is for another pipeline", next: "use a token of \(name)")
  }

  private func body(of request: Request, _ route: Route) async throws -> JSONValue? {
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > Self.bodyBytesMax {
      throw Self.tooLarge
    }
    let bytes: ByteBuffer
    do { bytes = try await request.body.collect(upTo: Self.bodyBytesMax) } catch { throw Self.tooLarge }
    guard route.body != nil else {
      if bytes.readableBytes > 0 {
        throw Problem(.badRequest, "no_body_wanted", "this takes no body", next: "leave the body away")
      }
      return nil
    }
    let type = request.headers[.contentType]?.split(separator: ";").first.map { $0.lowercased() }
    guard type == "application/json" else {
      throw Problem(
        .unsupportedMediaType,
        "not_json",
        "this takes JSON",
        next: "send Content-Type: application/json"
      )
    }
    do throws(JSONError) { return try JSONValue(parsing: Array(buffer: bytes)) } catch {
      throw Problem(.badRequest, "bad_body", "the body is not JSON: \(error.message)")
    }
  }

  private static let tooLarge = Problem(
    .contentTooLarge,
    "body_too_large",
    "the body has more than \(bodyBytesMax) bytes",
    next: "send less"
  )

  /// Everything that changes something, or was to, is written down: in the log, and in the database when it answers.
  private func audit(
    _ request: Request,
    _ client: Client,
    _ tenant: Tenant,
    _ status: HTTPResponse.Status,
    _ note: AuditNote
  ) async {
    guard request.method != .get, request.method != .head, status != .tooManyRequests else { return }
    // Paths that do not exist are whatever a stranger writes.
    guard status != .notFound, status != .methodNotAllowed else { return }
    let action = "\(request.method.rawValue) \(request.uri.path)"
    logger.notice(
      "audit",
      metadata: [
        "actor": "\(client.name)", "action": "\(action)", "status": "\(status.code)", "detail": "\(note.value ?? "")",
      ]
    )
    // Who is not known, or not of this pipeline, does not write into its database either.
    guard client.role != nil, !client.isAnonymous, client.mayUse(tenant.name), status.code < 500 else { return }
    do {
      try await tenant.store.audit(actor: client.name, action: action, status: status.code, detail: note.value)
    } catch {
      logger.warning("the audit log in the database was not written", error: error)
    }
  }
}
