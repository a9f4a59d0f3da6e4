internal import ArgumentParser
internal import Fetching
internal import PipelineConfig
internal import StageRuntime
internal import Telemetry

@main
struct WeirFetch: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weir-fetch",
    abstract: "Ask a vendor for records and put them into the spool.",
    discussion: """
      EXAMPLES
        weir-fetch media                    what is newer than the last watermark
        weir-fetch media --full             everything
        weir-fetch media --no-resume        from the beginning, though the last run was stopped
        psql -Atc 'select "ListingKey" from "Property"' | weir-fetch media --parent-keys -
        weir-fetch media --limit 1000 | weir-hash - | weir-stage - | weir-merge -

      \(ExitStatus.helpSection)
      """,
    version: WeirVersion.current
  )

  @Argument(help: "The feed, as pipeline.json names it.")
  var feed: String

  @Flag(help: "Everything, whatever the watermark.")
  var full = false

  @Option(help: ArgumentHelp("What is newer than this, in the vendor's own text.", valueName: "position"))
  var since: String?

  @Option(help: ArgumentHelp("End after this many records.", valueName: "count"))
  var limit: Int?

  @Flag(
    inversion: .prefixedNo,
    help: "Go on where the last run stopped, if it did not come to its end."
  )
  var resume = true

  @Option(
    help: ArgumentHelp(
      "Only the children of these parents, one key a line in a file; - is standard input.",
      valueName: "file"
    )
  )
  var parentKeys: String?

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if full && since != nil {
      throw ValidationError("--full asks for everything, --since for a part; give one of them")
    }
    if parentKeys != nil && (full || since != nil || limit != nil) {
      throw ValidationError(
        "--parent-keys asks for all children of some parents; it goes with none of --full, --since and --limit"
      )
    }
    if let limit, limit < 1 { throw ValidationError("--limit wants at least 1") }
  }

  func run() async throws {
    let options = FetchOptions(
      full: full,
      since: since,
      limit: limit,
      resume: resume,
      parentKeys: parentKeys.map { ParentKeySource($0) }
    )
    try await StageProgram.run("weir-fetch", common) { [feed] context, printer in
      let job = FetchJob(
        feed: try context.pipeline.feed(named: feed),
        pipeline: context.pipeline,
        spool: context.spool,
        reporter: context.reporter,
        options: options,
        published: printer.print
      )
      let summary = try await job.run()
      context.reporter.finished(
        feed: feed,
        run: "\(summary.run)",
        counts: summary.counts,
        total: summary.total,
        message: summary.complete ? "fetched" : "fetched in part"
      )
    }
  }
}
