internal import JSONText

/// What a running service says, for a person.
enum ServiceTexts {
  /// How a pipeline stands: a line for the run under way or the last one, one for each feed that runs, one for what comes.
  static func status(_ data: JSONValue) -> [String] {
    func text(_ name: String) -> String { data[name]?.text ?? TextTable.nothing }
    var lines: [String] = []
    if let run = data["current_run"], run != .null {
      lines.append(
        "running: \(run["trigger"]?.text ?? "") run \(run["id"]?.text ?? "") since \(run["started_at"]?.text ?? "")"
      )
      if case .array(let feeds)? = data["progress"] { lines += feeds.map(progress) }
    } else {
      lines.append(data["is_waiting"] == .bool(true) ? "a run waits for its turn" : "no run is under way")
    }
    if let run = data["last_run"], run != .null {
      let error = run["error"]?.text.map { ": \($0)" } ?? ""
      lines.append("last run: \(run["status"]?.text ?? "") at \(run["finished_at"]?.text ?? "")\(error)")
    }
    lines.append("last success: \(text("last_sync"))")
    lines.append("next run: \(text("next_sync")) (\(data["sync_interval"]?.text ?? "no schedule"))")
    if data["database"]?.text == "unreachable" { lines.append("the database does not answer") }
    return lines
  }

  private static func progress(_ feed: JSONValue) -> String {
    func number(_ name: String) -> String? { if case .number(let text)? = feed[name] { text } else { nil } }
    let total = number("total").map { " of \($0)" } ?? ""
    let rate = number("rows_per_second").map { ", \($0) rows/s" } ?? ""
    return
      "  \(feed["feed"]?.text ?? ""): \(number("fetched") ?? "0")\(total) rows fetched, \(number("settled") ?? "0") settled\(rate)"
  }

  static func logs(_ rows: [JSONValue]) -> [String] {
    var table = TextTable(["FINISHED", "FEED", "TYPE", "STATUS", "SECONDS", "PROCESSED", "UPDATED", "FAILED", "ERROR"])
    let names = [
      "finished_at", "feed", "sync_type", "status", "duration_seconds", "processed", "updated", "failed",
      "error_message",
    ]
    table.rows = rows.map { row in
      names.map { name in
        switch row[name] {
        case .string(let text)?, .number(let text)?: text
        default: nil
        }
      }
    }
    return table.lines
  }
}
