internal import FoundationEssentials
internal import HTTPTypes
internal import JSONText
internal import PipelineConfig

/// Control of the sync: `/api/v1/admin/sync…`.
enum SyncRoutes {
  private static let root = "\(RouteTable.root)/admin/sync"

  static let page = [
    Route.Parameter(
      name: "limit",
      schema: .integer(min: 1, max: 500),
      about: "most entries, 1 to 500",
      fallback: .number(50)
    ),
    Route.Parameter(
      name: "offset",
      schema: .integer(min: 0, max: 1_000_000_000),
      about: "entries to pass over, from the newest",
      fallback: .number(0)
    ),
  ]

  static let all = [trigger, status, start, stop, health, logs, settings, change]

  private static let trigger = Route(
    method: .post,
    path: root,
    role: .operate,
    summary: "Begin a run now.",
    query: [
      .init(name: "feed", schema: .pattern("^[a-z0-9][a-z0-9_-]{0,47}$"), about: "this feed alone; all without it"),
      .init(name: "full", schema: .flag, about: "true: everything, not only what changed", fallback: .bool(false)),
    ],
    data: .object([
      .init("status", .words(["started"])), .init("message", .text),
      .init("estimated_duration", .text, "from past runs: 2m30s, or unknown"), .init("triggered_at", .time),
      .init("run_id", .text),
    ]),
    status: .accepted,
    refusals: [.notFound, .conflict, .serviceUnavailable]
  ) { call in
    let feeds = call.query["feed"].map { [$0] } ?? []
    let isFull = call.query["full"] == "true"
    let request = try await call.tenant.trigger(feeds: feeds, isFull: isFull, by: call.client.name)
    call.note.say("run=\(request.id) feeds=\(feeds.joined(separator: ",")) full=\(isFull)")
    // What is usual only the database knows; without it the run is none the worse.
    let usual = feeds.isEmpty ? try? await call.tenant.store.usualSeconds() : nil
    return .data(
      .of([
        "status": .string("started"),
        "message": .string(
          feeds.isEmpty ? "a run of all feeds begins" : "a run of \(feeds.joined(separator: ", ")) begins"
        ),
        "estimated_duration": .string(usual.map { SpanText.text(seconds: $0) } ?? "unknown"),
        "triggered_at": .time(.now), "run_id": .string(request.id),
      ])
    )
  }

  private static let status = Route(
    method: .get,
    path: "\(root)/status",
    role: .read,
    summary: "What is running, what was, and what comes next.",
    data: StatusAnswer.schema
  ) { call in .data(StatusAnswer.json(call.tenant.live.now)) }

  private static let start = Route(
    method: .post,
    path: "\(root)/start",
    role: .operate,
    summary: "Have runs begin by themselves, every so often.",
    query: [
      .init(
        name: "interval",
        schema: .pattern(SettingKey.syncInterval.pattern),
        about: "from the beginning of one run to that of the next, such as 30m, 12h, 24h or 7d; as it was without it"
      )
    ],
    data: .object([
      .init("status", .words(["scheduled"])), .init("message", .text), .init("sync_interval", .text),
      .init("next_sync", .optional(.time)),
    ]),
    refusals: [.serviceUnavailable]
  ) { call in
    _ = try await call.tenant.start(interval: call.query["interval"], by: call.client.name)
    let now = call.tenant.live.now
    call.note.say("interval=\(now.schedule ?? "")")
    return .data(
      .of([
        "status": .string("scheduled"), "message": .string("runs begin by themselves: \(now.schedule ?? "")"),
        "sync_interval": .string(now.schedule ?? ""), "next_sync": .time(now.nextAt),
      ])
    )
  }

  private static let stop = Route(
    method: .post,
    path: "\(root)/stop",
    role: .operate,
    summary: "Have no run begin by itself any more; the one under way merges what it has fetched and ends.",
    data: .object([.init("status", .words(["stopping", "stopped"])), .init("message", .text)]),
    refusals: [.serviceUnavailable]
  ) { call in
    let wasRunning = try await call.tenant.stop(by: call.client.name)
    let message = wasRunning ? "no run begins by itself; the one under way drains" : "no run begins by itself"
    return .data(.of(["status": .string(wasRunning ? "stopping" : "stopped"), "message": .string(message)]))
  }

  private static let health = Route(
    method: .get,
    path: "\(root)/health",
    role: .read,
    summary: "Whether the sync does what it should.",
    data: HealthAnswer.schema
  ) { call in .data(HealthAnswer.json(call.tenant.live.now)) }

  private static let logs = Route(
    method: .get,
    path: "\(root)/logs",
    role: .read,
    summary: "What past runs did with each feed, the newest first.",
    query: page,
    data: .object([
      .init("logs", .list(LogAnswer.schema)), .init("total", .count), .init("limit", .count), .init("offset", .count),
    ]),
    refusals: [.serviceUnavailable]
  ) { call in
    let (limit, offset) = call.query.page
    let feeds = call.tenant.pipeline.feeds.map(\.name)
    let (rows, total) = try await call.tenant.store.logs(limit: limit, offset: offset, feeds: feeds)
    return .data(
      .of([
        "logs": .array(rows.map { .written($0) }), "total": .number(total), "limit": .number(limit),
        "offset": .number(offset),
      ])
    )
  }

  private static let settings = Route(
    method: .get,
    path: "\(root)/settings",
    role: .read,
    summary: "Settings that can be changed while the service runs.",
    data: SettingsAnswer.schema
  ) { call in .data(SettingsAnswer.json(await call.tenant.values)) }

  private static let change = Route(
    method: .put,
    path: "\(root)/settings",
    role: .admin,
    summary: "Change settings: one, or several at once, all or none.",
    body: SettingsAnswer.request,
    data: SettingsAnswer.schema,
    refusals: [.unprocessableContent, .serviceUnavailable]
  ) { call in
    let changes = try SettingsAnswer.changes(in: call.body ?? .null)
    call.note.say(changes.map { "\($0.key.rawValue)=\($0.value)" }.joined(separator: " "))
    try await call.tenant.change(changes, by: call.client.name)
    return .data(SettingsAnswer.json(await call.tenant.values))
  }
}
