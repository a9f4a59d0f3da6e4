internal import Control
internal import FoundationEssentials
internal import HTTPTypes
internal import JSONText
internal import PipelineConfig
internal import Spool

/// Feeds, and what is in their folders: `/api/v1/feeds`, `queues`, `rejected`, `sources`.
enum FeedRoutes {
  private static let root = RouteTable.root

  static let all = [feeds, queues, rejected, sources]

  /// Segments of the newest files that are looked into for rejected records.
  private static let rejectedFilesMax = 200

  private static let feeds = Route(
    method: .get,
    path: "\(root)/feeds",
    role: .read,
    summary: "The pipeline's feeds, parents before their children.",
    data: .object([
      .init(
        "feeds",
        .list(
          .object([
            .init("name", .text), .init("source", .text), .init("table", .text), .init("key", .list(.text)),
            .init("cursor", .optional(.text)), .init("parent", .optional(.text)),
            .init("watermark", .optional(.text), "where the next incremental run begins"), .init("is_running", .flag),
          ])
        )
      )
    ])
  ) { call in
    let running = Set(call.tenant.live.now.progress.map(\.feed))
    let feeds = try call.tenant.pipeline.feedsInOrder.map { feed in
      let state = try call.tenant.spool.loadState("watermark.json", feed: feed.name)
      let watermark = state.flatMap { try? JSONValue(parsing: $0)["watermark"]?.text }
      return JSONValue.of([
        "name": .string(feed.name), "source": .string(feed.source.name), "table": .string(feed.table),
        "key": .texts(feed.key), "cursor": .text(feed.cursor?.field), "parent": .text(feed.parent?.feed),
        "watermark": .text(watermark), "is_running": .bool(running.contains(feed.name)),
      ])
    }
    return .data(.of(["feeds": .array(feeds)]))
  }

  private static let queues = Route(
    method: .get,
    path: "\(root)/queues",
    role: .read,
    summary: "How many segments are in each queue of each feed, and in what state.",
    data: .object([
      .init(
        "queues",
        .list(
          .object(
            [.init("feed", .text), .init("queue", .words(QueueName.allCases.map(\.rawValue)))]
              + SegmentState.allCases.map { .init($0.rawValue, .count) }
          )
        )
      )
    ])
  ) { call in
    var rows: [JSONValue] = []
    for feed in call.tenant.pipeline.feedsInOrder {
      for name in QueueName.allCases {
        let queue = try call.tenant.spool.queue(name, feed: feed.name)
        var members = [
          JSONMember(name: "feed", value: .string(feed.name)), JSONMember(name: "queue", value: .string(name.rawValue)),
        ]
        for state in SegmentState.allCases {
          members.append(JSONMember(name: state.rawValue, value: .number(try queue.segments(in: state).count)))
        }
        rows.append(.object(members))
      }
    }
    return .data(.of(["queues": .array(rows)]))
  }

  private static let rejected = Route(
    method: .get,
    path: "\(root)/rejected",
    role: .read,
    summary: "Records that were put aside, with the reason; the records themselves are for weir spool cat.",
    query: [
      .init(name: "feed", schema: .pattern("^[a-z0-9][a-z0-9_-]{0,47}$"), about: "this feed alone; all without it"),
      .init(name: "limit", schema: .integer(min: 1, max: 500), about: "most records, 1 to 500", fallback: .number(50)),
    ],
    data: .object([
      .init(
        "rejected",
        .list(
          .object([
            .init("feed", .text), .init("stage", .text), .init("segment", .text), .init("line", .count),
            .init("reason", .text), .init("field", .optional(.text)),
          ])
        )
      ), .init("files", .count, "files of rejected records, in all"),
    ]),
    refusals: [.notFound]
  ) { call in
    let limit = call.query.integer("limit", default: 50)
    var feeds = call.tenant.pipeline.feeds.map(\.name)
    if let feed = call.query["feed"] {
      guard feeds.contains(feed) else {
        throw Problem.noSuch("feed", "there is no feed of this name", "GET /api/v1/feeds")
      }
      feeds = [feed]
    }
    var files: [RejectedFile] = []
    for feed in feeds { files += try call.tenant.spool.rejected(feed: feed) }
    // Segments' names sort in the order of writing.
    let newest = files.sorted { $0.segment > $1.segment }.prefix(rejectedFilesMax)
    var rows: [JSONValue] = []
    for file in newest where rows.count < limit { rows += try RejectedRows.read(file, most: limit - rows.count) }
    return .data(.of(["rejected": .array(rows), "files": .number(files.count)]))
  }

  private static let sources = Route(
    method: .get,
    path: "\(root)/sources",
    role: .read,
    summary: "How each vendor stands: its circuit breaker, its limits, and whether it wants to be left alone.",
    data: .object([
      .init(
        "sources",
        .list(
          .object([
            .init("name", .text), .init("breaker", .words(["closed", "open", "half_open"])),
            .init("open_seconds", .count),
            .init("held_seconds", .count, "the vendor wants to be left alone for so long"), .init("failures", .count),
            .init("openings", .count), .init("requests", .count), .init("concurrency", .count),
            .init("per_second", .optional(.number)), .init("per_minute", .optional(.count)),
            .init("per_hour", .optional(.count)), .init("per_day", .optional(.count)),
          ])
        )
      )
    ])
  ) { call in
    let now = Int(Date.now.timeIntervalSince1970 * 1000)
    let sources = try call.tenant.pipeline.sources.map { source in
      let state = try call.tenant.spool.sourceState(source.name) ?? SourceState()
      func seconds(_ time: Int) -> JSONValue { .number(max(0, (time - now + 999) / 1000)) }
      return JSONValue.of([
        "name": .string(source.name), "breaker": .string(state.breaker(at: now).rawValue),
        "open_seconds": seconds(state.openUntil), "held_seconds": seconds(state.heldUntil),
        "failures": .number(state.failures), "openings": .number(state.openings), "requests": .number(state.requests),
        "concurrency": .number(source.limits.concurrency), "per_second": .measured(source.limits.perSecond),
        "per_minute": .number(source.limits.perMinute), "per_hour": .number(source.limits.perHour),
        "per_day": .number(source.limits.perDay),
      ])
    }
    return .data(.of(["sources": .array(sources)]))
  }
}
