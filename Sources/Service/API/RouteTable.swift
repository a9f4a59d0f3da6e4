internal import HTTPTypes

/// All routes; the one place that knows which there are.
struct RouteTable: Sendable {
  struct Match {
    var route: Route
    var values: [String: String]
    /// The pipeline that the path names; nil when it names none.
    var tenant: String?
  }

  let routes: [Route]

  static let root = "/api/v1"

  init(extra: [ExtraRoute] = []) {
    let own = SyncRoutes.all + HealthRoutes.all + RunRoutes.all + FeedRoutes.all + TenantRoutes.all
    let known = own + DocumentRoutes.pages + extra.map(\.route)
    routes = known + [DocumentRoutes.document(of: known)]
  }

  /// - Throws: ``Problem``: 404 for a path that is not there, 405 for one that is, but not with this method.
  func find(_ method: HTTPRequest.Method, path: String) throws(Problem) -> Match {
    var parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { $0 }
    // `/` alone is a path without parts; `//` and a slash at the end are other paths.
    if parts == [""] { parts = [] }
    var tenant: String?
    var isOfTenant = false
    if parts.count > 4, parts[..<3] == ["api", "v1", "tenants"] {
      guard let name = PercentText.decoded(parts[3]) else { throw Self.unknown }
      tenant = name
      isOfTenant = true
      parts = ["api", "v1"] + parts[4...]
    }
    var allowed: [HTTPRequest.Method] = []
    for route in routes where !isOfTenant || route.isOfTenant {
      guard let values = route.match(parts) else { continue }
      if route.method == method || route.method == .get && method == .head {
        return Match(route: route, values: values, tenant: tenant)
      }
      allowed.append(route.method)
    }
    guard !allowed.isEmpty else { throw Self.unknown }
    if allowed.contains(.get) { allowed.append(.head) }
    let methods = allowed.map(\.rawValue).joined(separator: ", ")
    var problem = Problem(
      .methodNotAllowed,
      "method_not_allowed",
      "this path takes \(methods)",
      next: "use one of these"
    )
    problem.headers[.allow] = methods
    throw problem
  }

  private static let unknown = Problem(
    .notFound,
    "no_such_route",
    "there is nothing at this path",
    next: "GET /api/v1/openapi.json tells what there is"
  )
}

extension ExtraRoute {
  fileprivate var route: Route {
    var route = Route(method: .get, path: path, role: role, summary: summary) { call in
      let views = (call.tenants.isEmpty ? [call.tenant] : call.tenants).map(\.view)
      let request = ExtraRequest(parameters: call.path, query: call.query.values, tenants: views)
      let answer = try await self.answer(request)
      return .document(
        status: answer.status,
        contentType: answer.contentType,
        body: answer.body,
        headers: answer.headers
      )
    }
    route.isOfTenant = false
    route.contentType = contentType
    route.refusals = refusals.map { HTTPResponse.Status(code: $0) }
    route.takesAnyQuery = true
    return route
  }
}
