internal import FoundationEssentials
internal import HTTPTypes
internal import JSONText
internal import PipelineConfig

/// Whether a pipeline's sync does what it should, as `…/sync/health` tells it.
enum HealthAnswer {
  static let schema = Schema.object([
    .init("status", .words(["healthy", "unhealthy"])), .init("is_running", .flag), .init("is_healthy", .flag),
    .init("is_overdue", .flag, "no run has succeeded for twice as long as the schedule says"),
    .init("last_sync_age", .optional(.text), "since the last run that succeeded: 3h20m"),
    .init("next_sync_in", .optional(.text)), .init("sync_interval", .optional(.text)), .init("summary", .text),
    .init("checked_at", .time), .init("last_sync_age_seconds", .optional(.number)),
    .init("next_sync_in_seconds", .optional(.number)),
  ])

  static func json(_ status: TenantStatus, at now: Date = .now) -> JSONValue {
    let age = status.lastSuccess?.finishedAt.map { max(0, now.timeIntervalSince($0)) }
    let next = status.nextAt.map { max(0, $0.timeIntervalSince(now)) }
    let isOverdue = status.isOverdue(at: now)
    let complaints = complaints(status, isOverdue: isOverdue)
    return .of([
      "status": .string(complaints.isEmpty ? "healthy" : "unhealthy"), "is_running": .bool(status.isRunning),
      "is_healthy": .bool(complaints.isEmpty), "is_overdue": .bool(isOverdue),
      "last_sync_age": .text(age.map { SpanText.text(seconds: $0) }),
      "next_sync_in": .text(next.map { SpanText.text(seconds: $0) }), "sync_interval": .text(status.schedule),
      "summary": .string(complaints.isEmpty ? fine(status, age: age) : complaints.joined(separator: "; ")),
      "checked_at": .time(now), "last_sync_age_seconds": .measured(age), "next_sync_in_seconds": .measured(next),
    ])
  }

  private static func complaints(_ status: TenantStatus, isOverdue: Bool) -> [String] {
    var complaints: [String] = []
    if let error = status.databaseError { complaints.append("the database does not answer: \(error)") }
    if isOverdue { complaints.append("no run has succeeded for longer than the schedule says") }
    if let last = status.lastRun, last.status == .failed || last.status == .interrupted {
      complaints.append("the last run \(last.status == .failed ? "failed" : "was interrupted"): \(last.error ?? "")")
    }
    return complaints
  }

  private static func fine(_ status: TenantStatus, age: Double?) -> String {
    let last = age.map { "the last run succeeded \(SpanText.text(seconds: $0)) ago" } ?? "no run has succeeded yet"
    return status.isRunning ? "a run is under way; \(last)" : last
  }
}

enum HealthRoutes {
  static let all = [service]

  private static let service: Route = {
    var route = Route(
      method: .get,
      path: "\(RouteTable.root)/health",
      role: nil,
      summary: "Whether the service lives: for a load balancer or a supervisor.",
      data: .object([.init("status", .words(["ok"])), .init("version", .text), .init("checked_at", .time)])
    ) { _ in
      .data(.of(["status": .string("ok"), "version": .string(ServiceVersion.current), "checked_at": .time(.now)]))
    }
    route.isOfTenant = false
    return route
  }()
}
