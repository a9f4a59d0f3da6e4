internal import ArgumentParser
internal import Spool
internal import SystemPackage
internal import Telemetry

struct SpoolList: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls",
    abstract: "List segments, one a line.",
    discussion: helpText(
      """
      Tab-separated: feed, queue, state, segment, records, bytes, age, claimed. Bytes are those of the records, \
      uncompressed. A dash stands where there is nothing to say: a draft, a file that is damaged, a segment that no worker \
      has. Fields only ever grow to the right.
      """,
      examples: """
        weir spool ls                                    everything
        weir spool ls media fetched                      one queue of one feed
        weir spool ls --state held                       what waits for a person
        weir spool ls --state ready | grep claimed       what is being worked on
        weir spool ls --json | jq -s 'map(.records) | add'
        """
    )
  )

  @Argument(help: "Only this feed.")
  var feed: String?

  @Argument(help: "Only this queue: fetched, hashed or staged.", transform: QueueName.init(option:))
  var queue: QueueName?

  @Option(help: "Only this state: incoming, ready, done or held.", transform: SegmentState.init(option:))
  var state: SegmentState?

  @Flag(help: "List files of rejected records instead: feed, rejected, stage, segment, records, bytes, age, path.")
  var rejected = false

  @Flag(help: "Print one JSON object for each segment.")
  var json = false

  @OptionGroup var option: SpoolOption

  func run(terminal: any Terminal) throws {
    let spool = try option.spool()
    if rejected { return try listRejected(spool, terminal) }
    var held: [String] = []
    let now = Now.seconds
    for feed in try spool.feeds(asked: feed) {
      for name in queue.map({ [$0] }) ?? QueueName.allCases {
        let queue = try spool.queue(name, feed: feed)
        for state in state.map({ [$0] }) ?? SegmentState.allCases {
          let names = try queue.segments(in: state)
          if state == .held { held += names.map { queue.path(of: $0, in: state).string } }
          for part in SideBySide.blocks(of: names) {
            terminal.data(lines: SideBySide.map(part) { names in lines(queue.stored(names, in: state)[...], now) })
          }
        }
      }
    }
    if let first = held.first { terminal.note("\(held.count) held; why: cat \(first).error") }
  }

  private func listRejected(_ spool: Spool, _ terminal: any Terminal) throws {
    for feed in try spool.feeds(asked: feed) {
      for file in try spool.rejected(feed: feed) where queue == nil || file.stage.input == queue {
        terminal.data(json ? RejectedLine(file).json : RejectedLine(file).text)
      }
    }
  }

  private func lines(_ entries: ArraySlice<StoredSegment>, _ now: Int) -> [String] {
    if json { return entries.map { jsonLine($0, now) } }
    var scanner = FooterScanner()
    var lines: [String] = []
    for entry in entries { lines.append(line(entry, scanner.counts(of: entry.path), now)) }
    return lines
  }

  private func line(_ entry: StoredSegment, _ counts: SegmentCounts?, _ now: Int) -> String {
    let figures = [counts?.records, counts?.bytes].map { $0.map(String.init) ?? TextTable.nothing }
    let place = [entry.feed, entry.queue.rawValue, entry.state.rawValue, entry.name.description]
    let age = AgeText.text(seconds: entry.ageSeconds(at: now))
    return (place + figures + [age, entry.isClaimed ? "claimed" : TextTable.nothing]).joined(separator: "\t")
  }

  private func jsonLine(_ entry: StoredSegment, _ now: Int) -> String {
    let footer = entry.footer
    var line = JSONLine()
    line.add("feed", entry.feed)
    line.add("queue", entry.queue.rawValue)
    line.add("state", entry.state.rawValue)
    line.add("segment", entry.name.description)
    line.add("records", footer?.records)
    line.add("bytes", footer?.bytes)
    line.add("age_seconds", entry.ageSeconds(at: now))
    line.add("stored_bytes", entry.storedBytes)
    line.add("kind", footer?.kind.rawValue)
    line.add("mode", footer?.mode.rawValue)
    line.add("lowest_version", footer?.lowestVersion)
    line.add("highest_version", footer?.highestVersion)
    line.add("path", entry.path.string)
    line.add("claimed", entry.isClaimed)
    return line.text
  }
}

extension Spool {
  /// The feeds that have queues here, sorted, or the one asked for.
  func feeds(asked: String?) throws -> [String] {
    let feeds = try feeds().sorted()
    guard let asked else { return feeds }
    guard feeds.contains(asked) else { throw NoSuchFeed(feed: asked, known: feeds) }
    return [asked]
  }
}

/// The spool has no queues of that feed.
struct NoSuchFeed: OperatorError, Equatable {
  var feed: String
  var known: [String]

  var message: String { "\(feed): no such feed in the spool" }
  var hint: String? { known.isEmpty ? "the spool is empty: weir run" : "there are: \(known.joined(separator: ", "))" }
  var exitStatus: ExitStatus { .noInput }
}
