internal import Control
internal import FoundationEssentials
internal import JSONText

/// How a pipeline stands, as `…/sync/status` tells it.
enum StatusAnswer {
  static let schema = Schema.object([
    .init("is_running", .flag, "a run is under way"),
    .init("last_sync", .optional(.time), "end of the last run that succeeded"),
    .init("next_sync", .optional(.time), "when a run begins by itself; null when none does"),
    .init("total_properties", .count, "records that the last run fetched"),
    .init("updated_properties", .count, "rows that it inserted, changed or deleted"),
    .init("failed_properties", .count, "records that it put aside or did not come to merge"),
    .init("sync_interval", .optional(.text), "the schedule: 24h, or times of the day"),
    .init("last_error", .optional(.text), "why the last run did not succeed; null when it did"),
    .init("is_scheduled", .flag, "runs begin by themselves"),
    .init("is_waiting", .flag, "a run waits for its turn"),
    .init("current_run", .optional(RunAnswer.schema)),
    .init("last_run", .optional(RunAnswer.schema)),
    .init("progress", .list(progress), "feeds that run at this moment"),
    .init("database", .words(["reachable", "unreachable"])),
  ])

  private static let progress = Schema.object([
    .init("feed", .text), .init("seconds", .number), .init("fetched", .count), .init("settled", .count),
    .init("total", .optional(.count)), .init("rows_per_second", .optional(.number)),
    .init("remaining_seconds", .optional(.number)),
  ])

  static func json(_ status: TenantStatus) -> JSONValue {
    let counts = status.lastRun?.counts ?? ServiceCounts()
    return .of([
      "is_running": .bool(status.isRunning), "last_sync": .time(status.lastSuccess?.finishedAt),
      "next_sync": .time(status.nextAt), "total_properties": .number(counts.fetched),
      "updated_properties": .number(counts.inserted + counts.updated + counts.deleted),
      "failed_properties": .number(counts.rejected + counts.failed), "sync_interval": .text(status.schedule),
      "last_error": .text(status.lastRun?.error), "is_scheduled": .bool(status.isScheduled),
      "is_waiting": .bool(status.isWaiting), "current_run": status.running.map(RunAnswer.json) ?? .null,
      "last_run": status.lastRun.map(RunAnswer.json) ?? .null,
      "progress": .array(status.progress.map(json)),
      "database": .string(status.databaseError == nil ? "reachable" : "unreachable"),
    ])
  }

  private static func json(_ snapshot: ProgressSnapshot) -> JSONValue {
    .of([
      "feed": .string(snapshot.feed), "seconds": .measured(snapshot.elapsed / .seconds(1)),
      "fetched": .number(snapshot.counts.fetched), "settled": .number(snapshot.counts.settled),
      "total": .number(snapshot.total), "rows_per_second": .measured(snapshot.rowsPerSecond),
      "remaining_seconds": .measured(snapshot.remaining.map { $0 / .seconds(1) }),
    ])
  }
}

/// A run of the service.
enum RunAnswer {
  static let schema = Schema.object([
    .init("id", .text), .init("trigger", .words(ServiceRun.Trigger.allCases.map(\.rawValue))),
    .init("requested_by", .optional(.text)), .init("feeds", .list(.text)), .init("full", .flag),
    .init("attempt", .count), .init("status", .words(ServiceRun.Status.allCases.map(\.rawValue))),
    .init("started_at", .time), .init("finished_at", .optional(.time)), .init("seconds", .number),
    .init("fetched", .count), .init("inserted", .count), .init("updated", .count), .init("unchanged", .count),
    .init("deleted", .count), .init("rejected", .count), .init("failed", .count), .init("error", .optional(.text)),
    .init("exit_status", .optional(.count)),
  ])

  static func json(_ run: ServiceRun) -> JSONValue {
    .of([
      "id": .string(run.id), "trigger": .string(run.trigger.rawValue), "requested_by": .text(run.requestedBy),
      "feeds": .texts(run.feeds), "full": .bool(run.isFull), "attempt": .number(run.attempt),
      "status": .string(run.status.rawValue), "started_at": .time(run.startedAt), "finished_at": .time(run.finishedAt),
      "seconds": .measured(run.seconds(at: .now)), "fetched": .number(run.counts.fetched),
      "inserted": .number(run.counts.inserted), "updated": .number(run.counts.updated),
      "unchanged": .number(run.counts.unchanged), "deleted": .number(run.counts.deleted),
      "rejected": .number(run.counts.rejected), "failed": .number(run.counts.failed), "error": .text(run.error),
      "exit_status": .number(run.exitStatus),
    ])
  }
}

/// A feed's run as `weir.sync_log` has it.
enum LogAnswer {
  static let schema = Schema.object([
    .init("id", .count), .init("feed", .text), .init("run", .optional(.text)),
    .init("sync_type", .text, "full or incremental"), .init("status", .text), .init("started_at", .text),
    .init("finished_at", .text), .init("duration_seconds", .optional(.number)), .init("processed", .count),
    .init("updated", .count), .init("failed", .count), .init("success_rate", .optional(.number)),
    .init("watermark", .optional(.text)), .init("error_message", .optional(.text)),
  ])
}
