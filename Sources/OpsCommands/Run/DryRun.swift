internal import Control
internal import JSONText
internal import PipelineConfig
internal import Spool
internal import Telemetry

/// What a run would do: which feeds, in what order, from where, and what would come first.
struct DryRun {
  private let pipeline: Pipeline
  private let plan: RunPlan
  private let spool: Spool
  private let options: RunOptions

  init(_ pipeline: Pipeline, _ plan: RunPlan, _ spool: Spool, _ options: RunOptions) {
    (self.pipeline, self.plan, self.spool, self.options) = (pipeline, plan, spool, options)
  }

  /// - Throws: `SpoolError`.
  func tell(_ terminal: any Terminal, json: Bool) throws {
    var table = TextTable(["PHASE", "FEED", "FROM", "TABLE", "MODE", "SINCE", "LEFT OVER", "IN HAND"])
    for (index, phase) in plan.phases.enumerated() {
      for name in phase.feeds {
        let row = try row(name, phase: index + 1)
        if json { terminal.data(row.json.text) } else { table.rows.append(row.cells) }
      }
    }
    if !json { terminal.data(lines: table.lines) }
  }

  private func row(_ name: String, phase: Int) throws -> (cells: [String?], json: JSONLine) {
    let feed = try pipeline.feed(named: name)
    let state = options.isFull || options.since != nil ? nil : try spool.loadState("watermark.json", feed: name)
    let since = options.since ?? state.flatMap { try? JSONValue(parsing: $0)["watermark"]?.text }
    let mode = since == nil ? "full" : "incremental"
    let left = try QueueName.allCases.reduce(0) { try $0 + spool.queue($1, feed: name).segments(in: .ready).count }
    let holder = try RunLock.holder(of: name, in: spool)
    var json = JSONLine()
    json.add("phase", phase)
    json.add("feed", name)
    json.add("source", feed.source.name)
    json.add("path", feed.path)
    json.add("table", feed.table)
    json.add("mode", mode)
    json.add("since", since)
    json.add("left_over", left)
    json.add("in_hand", holder)
    return (
      [String(phase), name, "\(feed.source.name)/\(feed.path)", feed.table, mode, since, String(left), holder], json
    )
  }
}
