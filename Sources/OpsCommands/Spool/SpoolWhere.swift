internal import ArgumentParser
internal import Merging
internal import PipelineConfig
internal import Postgres
internal import Spool
internal import SystemPackage
internal import Telemetry

struct SpoolWhere: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "where",
    abstract: "Say where a segment is in each queue, what was rejected of it, and whether it is merged.",
    discussion: helpText(
      """
      Tab-separated, a line for each place: feed, queue, state, path. Rejected records have the queue "rejected" and the \
      stage that refused them as state. When the database answers, the ledger's row follows: feed, "ledger", when it was \
      merged, counts.
      """,
      examples: """
        weir spool where 20261120T234408Z-7k2q-000042
        weir spool where spool/media/fetched/done/20261120T234408Z-7k2q-000042.ndjson.lz4
        """
    )
  )

  @Argument(help: ArgumentHelp("The segment's name, or any path that ends in it.", valueName: "segment"))
  var segment: String

  @OptionGroup var option: SpoolOption

  func run(terminal: any Terminal) async throws {
    let spool = try option.spool()
    let name = try SegmentSearch.name(segment)
    var lines = try SegmentSearch.places(of: name, in: spool).map { entry in
      [entry.feed, entry.queue.rawValue, entry.state.rawValue, entry.path.string]
    }
    for feed in try spool.feeds().sorted() {
      for rejected in try spool.rejected(feed: feed) where rejected.segment == name {
        lines.append([feed, "rejected", rejected.stage.rawValue, rejected.path.string])
      }
    }
    do {
      lines += try await ledgerLines(name)
    } catch {
      terminal.note("the ledger was not asked: \(error)")
    }
    guard !lines.isEmpty else { throw SegmentNotFound(text: segment) }
    for line in lines { terminal.data(line.joined(separator: "\t")) }
  }

  /// With `--spool` alone there is no pipeline, and so no database to ask.
  private func ledgerLines(_ name: SegmentName) async throws -> [[String]] {
    guard option.directory == nil else { return [] }
    let target = try option.config.pipeline().database.target
    return try await offThePool { try Ledger.lines(for: name, in: target) }
  }
}
