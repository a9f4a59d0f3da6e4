internal import ArgumentParser
internal import JSONText
internal import PipelineConfig
internal import Postgres
internal import Spool
internal import Telemetry

struct StatusCommand: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show each feed's queues, last run, last success and watermark.",
    discussion: helpText(
      """
      READY, DONE and HELD count segments in the queues fetched/hashed/staged, REJECTED files of rejected records. When \
      the database does not answer, what only it knows is a question mark, the watermark is that of the spool, a note \
      says why, and the exit status is still 0: the rest is true. A note tells of a source whose breaker is not closed or \
      that wants to be left alone; --json has that of every feed's source.

      With --url, or WEIR_URL, the running service there tells how it stands: its run, its last one, its next one.
      """,
      examples: """
        weir status
        weir status --url http://127.0.0.1:8787
        weir status --json | jq -r 'select(.success_age_seconds > 86400) | .feed'
        """
    )
  )

  @Flag(help: "Print one JSON object for each feed.")
  var json = false

  @OptionGroup var service: ServiceOption

  func run(terminal: any Terminal) async throws {
    if service.isNamed {
      let data = try await service.client().ask("GET", "/admin/sync/status")
      return terminal.data(lines: json ? [data.encoded] : ServiceTexts.status(data))
    }
    let config = service.config
    let pipeline = try config.pipeline()
    let spool = try config.existingSpool(of: pipeline)
    var feeds = try pipeline.feedsInOrder.map { feed in
      var status = try FeedStatus(feed: feed.name, in: spool)
      status.source = try SourceStatus(feed.source.name, in: spool)
      return status
    }
    let target = pipeline.database.target
    do {
      let runs = try await offThePool { try SyncLog.runs(in: target) }
      for index in feeds.indices { feeds[index].runs = runs[feeds[index].feed] ?? FeedStatus.Runs() }
    } catch {
      terminal.note("the database does not answer: \(error)")
    }
    for line in json ? feeds.map({ StatusText.json($0).text }) : StatusText.table(feeds) { terminal.data(line) }
    for note in Set(feeds.compactMap { $0.source?.note }).sorted() { terminal.note(note) }
    let held = feeds.filter { feed in QueueName.allCases.contains { feed.depth($0, .held) > 0 } }.map(\.feed)
    if !held.isEmpty {
      terminal.note("held segments wait for a person: \(held.joined(separator: ", ")); see weir spool ls")
    }
  }
}
