internal import ArgumentParser
internal import PipelineConfig
internal import Postgres
internal import Spool
internal import SystemPackage
internal import Telemetry

struct SpoolWhere: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "where",
    abstract: "Say where a segment, or a record by its key, is and what became of it.",
    discussion: helpText(
      """
      Of a segment, tab-separated, a line for each place: feed, queue, state, path. Rejected records have the queue \
      "rejected" and the stage that refused them as state. When the database answers, the ledger's row follows: feed, \
      "ledger", when it was merged, counts.

      What is no segment is a key: every record of that key in the spool is found, with its number in the file and the page \
      and request that brought it, or the reason for which it was put aside; then the row of the table, and the ledger's \
      rows of the segments. This reads the whole spool; --feed reads one feed.
      """,
      examples: """
        weir spool where 20261120T234408Z-7k2q-000042
        weir spool where spool/media/fetched/done/20261120T234408Z-7k2q-000042.ndjson.lz4
        weir spool where X1234567 --feed idx
        weir spool where '["X1234567",2]'
        """
    )
  )

  @Argument(
    help: ArgumentHelp(
      "A segment's name or a path that ends in it, or the key of a record; of several parts, as a JSON array.",
      valueName: "segment|key"
    )
  )
  var subject: String

  @Option(help: ArgumentHelp("Only in this feed.", valueName: "name"))
  var feed: String?

  @OptionGroup var option: SpoolOption

  func run(terminal: any Terminal) async throws {
    let spool = try option.spool()
    guard let name = try? SegmentSearch.name(subject) else { return try await find(in: spool, terminal) }
    var lines = try SegmentSearch.places(of: name, in: spool).filter { feed == nil || $0.feed == feed }.map { entry in
      [entry.feed, entry.queue.rawValue, entry.state.rawValue, entry.path.string]
    }
    for feed in try spool.feeds(asked: feed) {
      for rejected in try spool.rejected(feed: feed) where rejected.segment == name {
        lines.append([feed, "rejected", rejected.stage.rawValue, rejected.path.string])
      }
    }
    lines += await ledgerLines([name], terminal)
    guard !lines.isEmpty else { throw SegmentNotFound(text: subject) }
    for line in lines { terminal.data(line.joined(separator: "\t")) }
  }

  private func find(in spool: Spool, _ terminal: any Terminal) async throws {
    var search = KeySearch(subject, in: spool, pipeline: try option.pipeline())
    try search.run(feed: feed)
    for problem in search.unread { terminal.note("not read: \(problem)") }
    var lines = search.hits.map(\.cells)
    lines += await rowLines(terminal)
    var segments: [SegmentName] = []
    for hit in search.hits where !segments.contains(hit.segment) { segments.append(hit.segment) }
    lines += await ledgerLines(segments, terminal)
    guard !lines.isEmpty else { throw KeyNotFound(key: subject) }
    for line in lines { terminal.data(line.joined(separator: "\t")) }
  }

  /// The rows of that key as they are in the tables now; nothing when the database does not answer.
  private func rowLines(_ terminal: any Terminal) async -> [[String]] {
    guard option.directory == nil else { return [] }
    do {
      let pipeline = try option.config.pipeline()
      let key = try KeyFinder(subject, fields: .envelope).parts.map { String(decoding: $0, as: UTF8.self) }
      let feeds = pipeline.feeds.filter { (feed == nil || $0.name == feed) && $0.keyColumns.count == key.count }
      let (target, schema) = (pipeline.database.target, pipeline.database.schema)
      return try await offThePool { try feeds.flatMap { try TargetRow.lines(of: key, in: $0, schema, target) } }
    } catch {
      terminal.note("the tables were not asked: \(error)")
      return []
    }
  }

  /// With `--spool` alone there is no pipeline, and so no database to ask.
  private func ledgerLines(_ names: [SegmentName], _ terminal: any Terminal) async -> [[String]] {
    guard option.directory == nil, !names.isEmpty else { return [] }
    do {
      let target = try option.config.pipeline().database.target
      return try await offThePool { try names.flatMap { try Ledger.lines(for: $0, in: target) } }
    } catch {
      terminal.note("the ledger was not asked: \(error)")
      return []
    }
  }
}

/// No record of that key is in the spool.
struct KeyNotFound: OperatorError, Equatable {
  var key: String

  var message: String { "\(key): not the name of a segment, and no record in this spool has it for its key" }
  var hint: String? { "names look like 20261120T234408Z-7k2q-000042; what gc removed is in the tables alone" }
  var exitStatus: ExitStatus { .noInput }
}
