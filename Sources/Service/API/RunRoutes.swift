internal import HTTPTypes
internal import JSONText
internal import PipelineConfig

/// Runs of the service: `/api/v1/runs…`.
enum RunRoutes {
  private static let root = "\(RouteTable.root)/runs"
  private static let missing = Problem(
    .notFound,
    "no_such_run",
    "there is no run of this id",
    next: "GET /api/v1/runs tells which there are"
  )

  static let all = [list, detail, cancel]

  private static let list = Route(
    method: .get,
    path: root,
    role: .read,
    summary: "Runs of the service, the newest first.",
    query: SyncRoutes.page,
    data: .object([
      .init("runs", .list(RunAnswer.schema)), .init("total", .count), .init("limit", .count), .init("offset", .count),
    ]),
    refusals: [.serviceUnavailable]
  ) { call in
    let (limit, offset) = call.query.page
    let (runs, total) = try await call.tenant.store.runs(limit: limit, offset: offset)
    return .data(
      .of([
        "runs": .array(runs.map(RunAnswer.json)), "total": .number(total), "limit": .number(limit),
        "offset": .number(offset),
      ])
    )
  }

  private static let detail = Route(
    method: .get,
    path: "\(root)/{id}",
    role: .read,
    summary: "One run.",
    data: RunAnswer.schema,
    refusals: [.notFound, .serviceUnavailable]
  ) { call in
    let id = call.path["id"] ?? ""
    // What is under way is known better here than in the database.
    if let running = call.tenant.live.now.running, running.id == id { return .data(RunAnswer.json(running)) }
    guard isID(id), let run = try await call.tenant.store.run(id: id) else { throw missing }
    return .data(RunAnswer.json(run))
  }

  private static let cancel = Route(
    method: .post,
    path: "\(root)/{id}/cancel",
    role: .operate,
    summary: "End a run: what was fetched is merged. Again: its programs are told to end; a third time they are ended.",
    data: .object([.init("id", .text), .init("level", .words(["drain", "end", "kill"]))]),
    refusals: [.notFound, .conflict, .serviceUnavailable]
  ) { call in
    let id = call.path["id"] ?? ""
    guard isID(id) else { throw missing }
    call.note.say("run=\(id)")
    return .data(.of(["id": .string(id), "level": .string(try await call.tenant.cancel(id: id))]))
  }

  /// 128 bits in hexadecimal digits.
  private static func isID(_ text: String) -> Bool {
    text.utf8.count == 32 && text.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
  }
}
