internal import Control
internal import Spool
internal import Telemetry

/// A snapshot as Prometheus reads it: what `/metrics` answers, and what `weir run --metrics-file` writes.
///
/// Seconds, bytes and ratios, as its conventions want; every name begins with `weir_`. Times of events are timestamps, so
/// that an alert can say how long ago.
public enum MetricsText {
  /// `Content-Type` of the answer.
  public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  /// - Parameters:
  ///   - snapshot: How the pipeline stands.
  ///   - service: What the running service adds; nil for a one-shot run.
  /// - Returns: The text, with a line feed at its end.
  public static func of(_ snapshot: PipelineSnapshot, service: ServiceStand? = nil) -> String {
    of([Pipeline(name: nil, snapshot: snapshot, service: service)])
  }

  /// A pipeline among those of one text.
  public struct Pipeline: Sendable, Equatable {
    /// Value of the label `pipeline`; nil, and then there is no such label, when there is one pipeline.
    public var name: String?
    public var snapshot: PipelineSnapshot
    /// What the running service adds; nil for a one-shot run.
    public var service: ServiceStand?

    public init(name: String?, snapshot: PipelineSnapshot, service: ServiceStand?) {
      (self.name, self.snapshot, self.service) = (name, snapshot, service)
    }

    fileprivate var labels: [(name: String, value: String)] { name.map { [("pipeline", $0)] } ?? [] }
  }

  /// Several pipelines in one text, each family once.
  public static func of(_ pipelines: [Pipeline]) -> String {
    var text = Exposition()
    text.add(
      "weir_build_info",
      .gauge,
      "The version of the program; always 1.",
      [.init(labels: [("version", WeirVersion.current)], value: 1)]
    )
    func stands(_ name: String, _ help: String, _ value: (ServiceStand) -> Double?) {
      text.add(
        name,
        .gauge,
        help,
        pipelines.compactMap { pipeline in
          pipeline.service.flatMap(value).map { .init(labels: pipeline.labels, value: $0) }
        }
      )
    }
    stands("weir_up", "The service runs the schedule.") { $0.isRunning ? 1 : 0 }
    stands("weir_process_start_time_seconds", "When the service began.") { $0.startSeconds }
    stands("weir_next_run_timestamp_seconds", "When the next run is due.") { $0.nextRunSeconds }
    stands("weir_run_overdue", "No run has succeeded for longer than the schedule says.") { $0.isOverdue ? 1 : 0 }
    stands("weir_run_under_way", "A run of the service is under way.") { $0.isUnderWay ? 1 : 0 }
    let writer = MetricsFamilies(snapshots: pipelines.map { ($0.labels, $0.snapshot) })
    writer.add(to: &text)
    return text.text
  }

  /// What a running service knows of a pipeline.
  public struct ServiceStand: Sendable, Equatable {
    /// It runs the pipeline by itself, if there is a schedule; nobody has stopped that.
    public var isRunning: Bool
    public var isUnderWay: Bool
    public var isOverdue: Bool
    /// Seconds since 1970.
    public var startSeconds: Double
    public var nextRunSeconds: Double?

    public init(
      isRunning: Bool,
      isUnderWay: Bool,
      isOverdue: Bool,
      startSeconds: Double,
      nextRunSeconds: Double?
    ) {
      (self.isRunning, self.isUnderWay, self.isOverdue) = (isRunning, isUnderWay, isOverdue)
      (self.startSeconds, self.nextRunSeconds) = (startSeconds, nextRunSeconds)
    }
  }
}

/// The families that are about pipelines.
private struct MetricsFamilies {
  typealias Labels = [(name: String, value: String)]

  var snapshots: [(labels: Labels, PipelineSnapshot)]

  func add(to text: inout Exposition) {
    addQueues(to: &text)
    addSources(to: &text)
    addRuns(to: &text)
    text.add(
      "weir_database_up",
      .gauge,
      "The database answered when this was asked for.",
      snapshots.map { .init(labels: $0.labels, value: $0.1.databaseTrouble == nil ? 1 : 0) }
    )
  }

  private func addQueues(to text: inout Exposition) {
    text.add(
      "weir_queue_segments",
      .gauge,
      "Segments in a queue of the spool, by state.",
      feeds { feed, labels in
        feed.queues.flatMap { queue in
          SegmentState.allCases.map { state in
            sample(labels + [("queue", queue.name.rawValue), ("state", state.rawValue)], queue.count(state))
          }
        }
      }
    )
    text.add(
      "weir_queue_oldest_ready_seconds",
      .gauge,
      "Age of the segment that waits longest; 0 when none waits.",
      feeds { feed, labels in
        feed.queues.map { sample(labels + [("queue", $0.name.rawValue)], $0.oldestReadySeconds ?? 0) }
      }
    )
    text.add(
      "weir_rejected_files",
      .gauge,
      "Files of rejected records that wait for a person.",
      feeds { feed, labels in [sample(labels, feed.rejectedFiles)] }
    )
    text.add(
      "weir_rejected_records",
      .gauge,
      "Rejected records in these files.",
      feeds { feed, labels in feed.rejectedRecords.map { [sample(labels, $0)] } ?? [] }
    )
  }

  private func addSources(to text: inout Exposition) {
    text.add(
      "weir_source_requests_total",
      .counter,
      "Requests that were let out to a vendor, by all programs.",
      sources { [sample($1, $0.state.requests)] }
    )
    text.add(
      "weir_source_breaker_state",
      .gauge,
      "The circuit breaker of a source; the state that holds is 1.",
      sources { source, labels in
        [SourceState.Breaker.closed, .open, .halfOpen].map { state in
          sample(labels + [("state", state.rawValue)], source.breaker == state ? 1 : 0)
        }
      }
    )
    text.add(
      "weir_source_breaker_openings_total",
      .counter,
      "How often the circuit breaker opened.",
      sources { [sample($1, $0.state.openings)] }
    )
    text.add(
      "weir_source_failures",
      .gauge,
      "Requests that failed, in a row.",
      sources { [sample($1, $0.state.failures)] }
    )
    text.add(
      "weir_source_held_seconds",
      .gauge,
      "How long the vendor wants to be left alone; 0 when it may be asked.",
      sources { [.init(labels: $1, value: $0.heldSeconds)] }
    )
    text.add(
      "weir_source_limit_requests",
      .gauge,
      "Requests that a source allows within a period.",
      sources { source, labels in source.limits.map { .init(labels: labels + [("period", $0.name)], value: $0.count) } }
    )
  }

  private func feeds(_ body: (PipelineSnapshot.Feed, Labels) -> [Exposition.Sample]) -> [Exposition.Sample] {
    snapshots.flatMap { labels, snapshot in
      snapshot.feeds.flatMap { body($0, labels + [("feed", $0.name)]) }
    }
  }

  private func sources(_ body: (PipelineSnapshot.SourceStand, Labels) -> [Exposition.Sample]) -> [Exposition.Sample] {
    snapshots.flatMap { labels, snapshot in
      snapshot.sources.flatMap { body($0, labels + [("source", $0.name)]) }
    }
  }

  private func sample(_ labels: Labels, _ value: Int) -> Exposition.Sample {
    .init(labels: labels, value: Double(value))
  }
}

extension MetricsFamilies {
  /// Of each feed's last run.
  private func addRuns(to text: inout Exposition) {
    func last(_ name: String, _ help: String, _ value: @escaping (RunMetrics) -> Double?) {
      text.add(
        name,
        .gauge,
        help,
        feeds { feed, labels in
          feed.runs.first.flatMap(value).map { [.init(labels: labels, value: $0)] } ?? []
        }
      )
    }
    text.add(
      "weir_last_run_status",
      .gauge,
      "How a feed's last run ended; the status that holds is 1.",
      feeds { feed, labels in
        guard let run = feed.runs.first else { return [] }
        return RunMetrics.Status.allCases.map { sample(labels + [("status", $0.rawValue)], run.status == $0 ? 1 : 0) }
      }
    )
    text.add(
      "weir_last_success_timestamp_seconds",
      .gauge,
      "When a feed's last run that succeeded ended.",
      feeds { feed, labels in
        feed.lastSuccess.map { [.init(labels: labels, value: Double($0.finished) / 1000)] } ?? []
      }
    )
    last("weir_last_run_timestamp_seconds", "When a feed's last run ended.") { Double($0.finished) / 1000 }
    last("weir_last_run_duration_seconds", "How long a feed's last run took.") { $0.seconds }
    text.add(
      "weir_last_run_records",
      .gauge,
      "Records of a feed's last run, by what became of them.",
      feeds { feed, labels in
        guard let counts = feed.runs.first?.counts else { return [] }
        let fates = [
          ("inserted", counts.inserted), ("updated", counts.updated), ("unchanged", counts.unchanged),
          ("superseded", counts.superseded), ("orphaned", counts.orphaned), ("deleted", counts.deleted),
          ("rejected", counts.rejected),
        ]
        return fates.map { sample(labels + [("fate", $0.0)], $0.1) }
      }
    )
    last("weir_last_run_pages", "Pages that a feed's last run asked for.") { Double($0.counts.pages) }
    last("weir_last_run_answer_bytes", "Bytes of the vendor's answers in a feed's last run.") { Double($0.answerBytes) }
    last("weir_last_run_requests", "Requests of a feed's last run, each try counted.") { Double($0.requests) }
    last("weir_last_run_request_errors", "Requests of a feed's last run that failed.") { Double($0.requestErrors) }
    addTimes(to: &text)
    last("weir_last_run_queries", "Statements that merge sent to the database.") { Double($0.queries) }
    last("weir_last_run_query_errors", "Statements that failed.") { Double($0.queryErrors) }
    last("weir_last_run_batch_efficiency_ratio", "Share of merge's workers that was busy, 0 to 1.") {
      $0.batchEfficiency
    }
    last("weir_last_run_waited_seconds", "How long requests waited, all together.") { $0.waited / 1000 }
    text.add(
      "weir_last_run_memory_peak_bytes",
      .gauge,
      "Most memory that each program held.",
      feeds { feed, labels in
        StageName.allCases.compactMap { stage in
          let peak = feed.runs.first?.stages[stage]?["memory_peak_bytes"]
          return peak.map { .init(labels: labels + [("stage", stage.rawValue)], value: $0) }
        }
      }
    )
    last("weir_last_run_targets_missed", "Acceptance targets that a feed's last run missed.") {
      Double($0.missed.count)
    }
    last("weir_last_run_alerts", "What was unlike past runs.") { Double($0.alerts.count) }
  }

  private func addTimes(to text: inout Exposition) {
    func times(_ name: String, _ help: String, _ times: (RunMetrics) -> RunMetrics.Times) {
      text.add(
        name,
        .gauge,
        help,
        feeds { feed, labels in
          guard let times = feed.runs.first.map(times) else { return [] }
          let named = [("mean", times.mean), ("0.5", times.p50), ("0.95", times.p95), ("0.99", times.p99)]
          return named.compactMap { quantile, time in
            time.map { .init(labels: labels + [("statistic", quantile)], value: $0 / 1000) }
          }
        }
      )
    }
    times("weir_last_run_request_duration_seconds", "How long a request took until its answer was there.") {
      $0.requestTimes
    }
    times("weir_last_run_query_duration_seconds", "How long a statement to the database took.") { $0.queryTimes }
  }
}
