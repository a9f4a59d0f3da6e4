internal import ArgumentParser
internal import Control
internal import PipelineConfig
internal import Spool
internal import SystemPackage
internal import Telemetry

struct SpoolGC: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc",
    abstract: "Remove what nobody needs any more: done segments past their time, and what crashes left.",
    discussion: helpText(
      """
      How long each queue keeps what was worked off is spool.keep in pipeline.json. A segment stays while anything made \
      of it is ready or held in a later queue. A folder that grew with its files, and is empty now, is made anew, since it \
      does not shrink by itself. weir run does all this at its end.

      Prints a line for each file, tab-separated: kind (done, draft, note or directory), bytes, path. Rejected records are \
      never removed here.
      """,
      examples: """
        weir spool gc --dry-run                   what would go
        weir spool gc                             as pipeline.json says
        weir spool gc --feed media --keep 0s      everything of media that is merged
        """
    )
  )

  @Option(help: ArgumentHelp("Only this feed.", valueName: "name"))
  var feed: String?

  @Option(
    help: ArgumentHelp("Keep so long in every queue, whatever pipeline.json says: 0s, 12h, 7d.", valueName: "time")
  )
  var keep: String?

  @Flag(help: "Print what would go, and remove nothing.")
  var dryRun = false

  @OptionGroup var option: SpoolOption

  func run(terminal: any Terminal) throws {
    let spool = try option.spool()
    let rules = try rules()
    let pipeline = try option.pipeline()
    var (files, bytes) = (0, 0)
    for feed in try spool.feeds(asked: feed) {
      let usual = Int(Feed.resumeWithinDefault.components.seconds)
      let resumable = pipeline?.resumableSeconds(feed) ?? usual
      for garbage in try spool.garbage(feed: feed, keep: rules, resumable: resumable, now: Now.seconds)
      where try dryRun || spool.remove(garbage) {
        files += 1
        bytes += garbage.bytes
        terminal.data("\(garbage.kind.rawValue)\t\(garbage.bytes)\t\(garbage.path)")
      }
    }
    terminal.note("\(files) files, \(bytes) bytes \(dryRun ? "would go" : "removed")")
  }

  private func rules() throws -> [QueueName: KeepRule] {
    if let keep {
      guard let time = Retention.time(keep) else {
        throw ValidationError("\(keep): no length of time such as 0s, 12h or 7d")
      }
      return Dictionary(uniqueKeysWithValues: QueueName.allCases.map { ($0, KeepRule(time)) })
    }
    // With --spool alone there may be no pipeline to ask; what it would say by default holds then.
    guard option.directory == nil else { return RetentionSettings().rules }
    return try option.config.pipeline().spool.keep.rules
  }
}
