internal import Spool
internal import Telemetry

/// The four programs of a running feed, a line each.
///
/// ```
///   program    queue  rows/s      p50      p95      p99   memory
///   fetch          -   1,234    85 ms   120 ms   310 ms   24 MiB  rate-limited: next request in 4 s
/// ```
enum StageTable {
  static func lines(_ stands: [StageStand], width: Int, style: TextStyle) -> [String] {
    guard !stands.isEmpty else { return [] }
    let header = row(["program", "queue", "rows/s", "p50", "p95", "p99", "memory"])
    return [String(header.prefix(width))]
      + stands.map { stand in
        let cells = [
          stand.stage.rawValue, stand.queued.map(CountText.grouped) ?? "-",
          stand.rowsPerSecond.map(FigureText.rate) ?? "-",
          time(stand.p50), time(stand.p95), time(stand.p99), stand.memoryBytes.map { "\($0 >> 20) MiB" } ?? "-",
        ]
        let figures = row(cells)
        // Where the line has no room for it all, what it does counts more than its figures.
        let words = text(stand)
        let room = max(0, width - 2 - words.count)
        let left = figures.count <= room ? figures : String(figures.prefix(max(11, room)))
        return left + "  " + styled(words.prefix(max(0, width - left.count - 2)), stand.condition, style)
      }
  }

  /// What a program does, in words.
  static func text(_ stand: StageStand) -> String {
    switch stand.condition {
    case .starting: return "starting"
    case .idle: return stand.stage == .fetch ? "working" : "idle: waits for segments"
    case .done: return "done"
    case .working:
      guard stand.stage == .fetch, let underWay = stand.underWay, let concurrency = stand.concurrency else {
        return "working"
      }
      return "working, \(underWay) of \(concurrency) requests under way"
    case .held(let why, let left):
      let rest = left.map { " in \(seconds($0))" } ?? ""
      switch why {
      case .limits: return "rate-limited: next request\(rest.isEmpty ? " soon" : rest)"
      case .vendor: return "rate-limited by the vendor: next request\(rest.isEmpty ? " when it may be" : rest)"
      case .breaker: return "breaker open: next trial\(rest.isEmpty ? " soon" : rest)"
      case .room: return "waiting for room: the spool or the disk is full"
      case .retry: return "after a failure: tried again\(rest.isEmpty ? " soon" : rest)"
      }
    case .waiting(let time):
      switch stand.stage {
      case .fetch: return "waiting for the vendor's answer for \(seconds(time))"
      case .merge: return "waiting for the database for \(seconds(time))"
      case .hash, .stage: return "busy with one segment for \(seconds(time))"
      }
    case .silent(let time): return "hangs? it says nothing for \(seconds(time))"
    }
  }

  /// Whether a line without the table should say it.
  static func isNews(_ condition: StageStand.Condition) -> Bool {
    switch condition {
    case .starting, .working, .idle, .done: false
    case .held, .waiting, .silent: true
    }
  }

  private static func styled(_ words: Substring, _ condition: StageStand.Condition, _ style: TextStyle) -> String {
    switch condition {
    case .starting, .working, .idle, .done: String(words)
    case .held, .waiting: style.attention(String(words))
    case .silent: style.bad(String(words))
    }
  }

  private static func row(_ cells: [String]) -> String {
    let widths = [7, 6, 8, 8, 8, 8, 8]
    return "  "
      + zip(cells, widths).enumerated().map { index, cell in
        let blanks = String(repeating: " ", count: max(0, cell.1 - cell.0.count))
        return index == 0 ? cell.0 + blanks : blanks + cell.0
      }.joined(separator: " ")
  }

  private static func time(_ milliseconds: Double?) -> String {
    guard let milliseconds else { return "-" }
    return milliseconds < 1000 ? "\(Int(milliseconds.rounded())) ms" : "\(FigureText.rate(milliseconds / 1000)) s"
  }

  private static func seconds(_ time: Duration) -> String { "\(Int((time / .seconds(1)).rounded(.up))) s" }
}
