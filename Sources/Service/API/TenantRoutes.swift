internal import HTTPTypes
internal import JSONText
internal import PipelineConfig

/// The service's pipelines, and who did what with them: `/api/v1/tenants`, `/api/v1/audit`.
enum TenantRoutes {
  static let all = [tenants, audit]

  private static let tenants: Route = {
    var route = Route(
      method: .get,
      path: "\(RouteTable.root)/tenants",
      role: .read,
      summary: "The pipelines that whoever asks may look at.",
      data: .object([
        .init(
          "tenants",
          .list(
            .object([
              .init("name", .text), .init("feeds", .list(.text)), .init("is_running", .flag),
              .init("is_healthy", .flag), .init("path", .text),
            ])
          )
        )
      ])
    ) { call in
      let tenants = call.tenants.map { tenant in
        let status = tenant.live.now
        let health = HealthAnswer.json(status)
        return JSONValue.of([
          "name": .string(tenant.name), "feeds": .texts(tenant.pipeline.feedsInOrder.map(\.name)),
          "is_running": .bool(status.isRunning), "is_healthy": health["is_healthy"] ?? .null,
          "path": .string("\(RouteTable.root)/tenants/\(tenant.name)"),
        ])
      }
      return .data(.of(["tenants": .array(tenants)]))
    }
    route.isOfTenant = false
    return route
  }()

  private static let audit = Route(
    method: .get,
    path: "\(RouteTable.root)/audit",
    role: .admin,
    summary: "Who changed what, the newest first.",
    query: SyncRoutes.page,
    data: .object([
      .init(
        "audit",
        .list(
          .object([
            .init("id", .count), .init("at", .text), .init("actor", .text), .init("action", .text),
            .init("status", .count), .init("detail", .optional(.text)),
          ])
        )
      )
    ]),
    refusals: [.serviceUnavailable]
  ) { call in
    let (limit, offset) = call.query.page
    let rows = try await call.tenant.store.audits(limit: limit, offset: offset)
    return .data(.of(["audit": .array(rows.map { .written($0) })]))
  }
}
