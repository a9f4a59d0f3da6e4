internal import ArgumentParser
internal import Spool
internal import Telemetry

struct SpoolStat: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "stat",
    abstract: "Show the queues at a glance: how much, how old, how fast.",
    discussion: helpText(
      """
      A row for each queue of each feed: segments by state, of the ready ones how many a worker has, rejected files, \
      bytes on the disk, the age of the oldest ready segment, and how many segments were finished a minute over the last \
      ten minutes. Exits 0 whatever it finds.
      """,
      examples: """
        weir spool stat
        weir spool stat media
        weir spool stat --json | jq 'select(.held > 0)'
        watch weir spool stat
        """
    )
  )

  @Argument(help: "Only this feed.")
  var feed: String?

  @Flag(help: "Print one JSON object for each queue.")
  var json = false

  @OptionGroup var option: SpoolOption

  func run(terminal: any Terminal) throws {
    let spool = try option.spool()
    let now = Now.seconds
    var table = TextTable([
      "FEED", "QUEUE", "INCOMING", "READY", "CLAIMED", "DONE", "HELD", "REJECTED", "MIB", "OLDEST", "PER MINUTE",
    ])
    for feed in try spool.feeds(asked: feed) {
      let rejected = try spool.rejected(feed: feed)
      for queue in QueueName.allCases {
        let files = rejected.count { $0.stage.input == queue }
        let stat = QueueStat(try spool.queue(queue, feed: feed).stored(), rejected: files, now: now)
        if json { terminal.data(stat.json(feed, queue).text) } else { table.rows.append(stat.cells(feed, queue)) }
      }
    }
    if !json { table.lines.forEach(terminal.data) }
  }
}

/// One queue at a glance.
struct QueueStat: Equatable {
  /// Over how long the rate is taken.
  static let rateSeconds = 600

  var counts: [SegmentState: Int] = [:]
  var claimed = 0
  var rejected = 0
  var storedBytes = 0
  /// Of the segment that has been ready longest.
  var oldestSeconds: Int?
  /// Segments that came to `done` in the last ``rateSeconds``.
  var finished = 0

  init(_ segments: [StoredSegment], rejected: Int, now: Int) {
    self.rejected = rejected
    for segment in segments {
      counts[segment.state, default: 0] += 1
      storedBytes += segment.storedBytes
      switch segment.state {
      case .ready:
        if segment.isClaimed { claimed += 1 }
        oldestSeconds = max(oldestSeconds ?? 0, segment.ageSeconds(at: now))
      case .done: if now - segment.movedAt < Self.rateSeconds { finished += 1 }
      case .incoming, .held: break
      }
    }
  }

  func count(_ state: SegmentState) -> Int { counts[state] ?? 0 }

  private var perMinute: Double { Double(finished) * 60 / Double(Self.rateSeconds) }

  func cells(_ feed: String, _ queue: QueueName) -> [String?] {
    let numbers = [count(.incoming), count(.ready), claimed, count(.done), count(.held), rejected].map { String($0) }
    let mebibytes = Double((Double(storedBytes) / Double(1 << 20) * 10).rounded()) / 10
    return [feed, queue.rawValue] + numbers
      + ["\(mebibytes)", oldestSeconds.map { AgeText.text(seconds: $0) }, "\(perMinute)"]
  }

  func json(_ feed: String, _ queue: QueueName) -> JSONLine {
    var line = JSONLine()
    line.add("feed", feed)
    line.add("queue", queue.rawValue)
    for state in SegmentState.allCases { line.add(state.rawValue, count(state)) }
    line.add("claimed", claimed)
    line.add("rejected", rejected)
    line.add("stored_bytes", storedBytes)
    line.add("oldest_seconds", oldestSeconds)
    line.add("finished_per_minute", measured: perMinute)
    return line
  }
}
