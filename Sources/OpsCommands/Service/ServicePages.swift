internal import Control
internal import Dashboard
internal import FoundationEssentials
internal import Monitoring
internal import PipelineConfig
internal import Postgres
internal import Service
internal import Spool
internal import SystemPackage
internal import Telemetry

/// What the service shows beside its API: the dashboard, and metrics for Prometheus.
struct ServicePages: Sendable {
  private static let style = "/dashboard.css"
  private static let script = "/dashboard.js"
  private static let html = "text/html; charset=utf-8"

  private let models = FreshRead<DashboardModel>()
  private let snapshots = FreshRead<PipelineSnapshot>()

  var routes: [ExtraRoute] {
    [
      page("/", "The dashboard: how all is at a glance.", refusals: [503]) { request in
        try await overview(request.tenants[0], of: request.tenants)
      },
      page("/pipelines/{pipeline}", "The dashboard of one pipeline of several.") { request in
        guard let tenant = Self.tenant(of: request) else { return Self.nothing }
        return try await overview(tenant, of: request.tenants)
      },
      page("/pipelines/{pipeline}/feeds/{feed}", "One feed: its runs, queues and rejects.") { request in
        guard let tenant = Self.tenant(of: request), let feed = request.parameters["feed"] else { return Self.nothing }
        guard let model = await model(of: tenant, among: request.tenants) else { return Self.notYet }
        guard let page = FeedPage.html(model, feed: feed, style: Self.style, script: Self.script) else {
          return Self.nothing
        }
        return ExtraAnswer(contentType: Self.html, text: page)
      },
      ExtraRoute(
        "/metrics",
        role: .read,
        summary: "How all stands, as Prometheus reads it.",
        contentType: MetricsText.contentType
      ) { request in
        ExtraAnswer(contentType: MetricsText.contentType, text: await metrics(of: request.tenants))
      },
      Self.asset(Self.style, "The dashboard's style.", "text/css; charset=utf-8", Stylesheet.text),
      Self.asset(Self.script, "The dashboard's script.", "text/javascript; charset=utf-8", Script.text),
    ]
  }

  private func page(
    _ path: String,
    _ summary: String,
    refusals: [Int] = [404, 503],
    answer: @escaping @Sendable (ExtraRequest) async throws -> ExtraAnswer
  ) -> ExtraRoute {
    ExtraRoute(path, role: .read, summary: summary, contentType: Self.html, refusals: refusals, answer: answer)
  }

  private static let nothing = refusal(
    404,
    "no_such_page",
    "there is no such pipeline or feed",
    "/ shows those there are"
  )

  private static let notYet = refusal(
    503,
    "not_yet",
    "neither the spool nor the database has answered yet",
    "see the service's log; the API is at /api/v1"
  )

  /// In the form of every refusal of the service.
  private static func refusal(_ status: Int, _ code: String, _ message: String, _ next: String) -> ExtraAnswer {
    let text = #"{"success":false,"error":{"code":"\#(code)","message":"\#(message)","next":"\#(next)"}}"#
    return ExtraAnswer(status: status, contentType: "application/json", text: text)
  }

  private static func asset(_ path: String, _ summary: String, _ type: String, _ text: String) -> ExtraRoute {
    let answer = ExtraAnswer(contentType: type, text: text)
    return ExtraRoute(path, role: nil, summary: summary, contentType: type) { _ in answer }
  }

  private static func tenant(of request: ExtraRequest) -> TenantView? {
    request.tenants.first { $0.name == request.parameters["pipeline"] }
  }

  // MARK: The dashboard

  private func overview(_ tenant: TenantView, of all: [TenantView]) async throws -> ExtraAnswer {
    guard let model = await model(of: tenant, among: all) else { return Self.notYet }
    return ExtraAnswer(contentType: Self.html, text: OverviewPage.html(model, style: Self.style, script: Self.script))
  }

  /// What is on the disk and in the database may be a second old; what runs is as it is now.
  private func model(of tenant: TenantView, among all: [TenantView]) async -> DashboardModel? {
    let found = await models.found(tenant.name) {
      try await offThePool {
        try DashboardModel.read(tenant.pipeline.title, tenant.pipeline, tenant.spool, tenant.database)
      }
    }
    guard var model = found.value else { return nil }
    if let trouble = found.trouble { model.snapshot.databaseTrouble = trouble }
    let status = tenant.status
    model.live = status.progress
    model.service = DashboardModel.Service(
      isScheduled: status.isScheduled,
      isOverdue: status.isOverdue(at: .now),
      nextRun: status.nextAt.map { Int($0.timeIntervalSince1970 * 1000) },
      schedule: status.schedule
    )
    model.service?.isUnderWay = status.isRunning
    model.service?.isWaiting = status.isWaiting
    model.links.feeds = "\(Self.address(of: tenant))/feeds/"
    let pages: [DashboardModel.Links.Other] =
      all.count == 1
      ? [.init("Overview", "/")] : all.map { .init($0.pipeline.title, Self.address(of: $0)) }
    model.links.others = pages + [.init("Metrics", "/metrics"), .init("API", "/api/v1/docs")]
    return model
  }

  private static func address(of tenant: TenantView) -> String { "/pipelines/\(tenant.name)" }

  // MARK: Metrics

  /// One pipeline that cannot be looked at is said to be so, and takes nothing away from the others.
  private func metrics(of tenants: [TenantView]) async -> String {
    let found = await withTaskGroup(of: (Int, MetricsText.Pipeline).self) { group in
      for (place, tenant) in tenants.enumerated() {
        group.addTask { (place, await self.metrics(of: tenant, name: tenants.count == 1 ? nil : tenant.name)) }
      }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    return MetricsText.of(tenants.indices.compactMap { found[$0] })
  }

  private func metrics(of tenant: TenantView, name: String?) async -> MetricsText.Pipeline {
    let found = await snapshots.found(tenant.name) {
      try await offThePool { try PipelineSnapshot.take(of: tenant.pipeline, tenant.spool, tenant.database) }
    }
    var snapshot = found.value ?? PipelineSnapshot(emptyAt: WallClock.milliseconds())
    if let trouble = found.trouble { snapshot.databaseTrouble = trouble }
    let status = tenant.status
    let stand = MetricsText.ServiceStand(
      isRunning: status.isScheduled || status.schedule == nil,
      isUnderWay: status.isRunning,
      isOverdue: status.isOverdue(at: .now),
      startSeconds: status.startedAt.timeIntervalSince1970.rounded(),
      nextRunSeconds: status.nextAt?.timeIntervalSince1970.rounded()
    )
    return MetricsText.Pipeline(name: name, snapshot: snapshot, service: stand)
  }
}

extension Pipeline {
  /// What people call it: its name in the service, and without one its folder's.
  var title: String {
    let usual = ServiceSettings().name
    return service.name == usual ? directory.lastComponent?.string ?? usual : service.name
  }
}
