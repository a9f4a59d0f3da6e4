internal import ArgumentParser
internal import Control
internal import Spool
internal import SystemPackage
internal import Telemetry

struct SpoolRedo: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "redo",
    abstract: "Do a stage again on segments that were done, or are held.",
    discussion: helpText(
      """
      Runs weir-STAGE --redo on them. What it makes takes the place of what it made before, and is ready for the next \
      stage; its path is printed. A held segment that succeeds is done then. Merging twice changes nothing: the ledger \
      knows the segment.
      """,
      examples: """
        weir spool redo hash 20261120T234408Z-7k2q-000042 | weir-stage - | weir-merge -
        weir spool redo stage ALL --state held --feed media
        weir spool redo hash ALL --feed media --dry-run
        """
    )
  )

  /// As many paths as fit into a command line with room to spare: Linux takes 2 MiB, a path has about 100 bytes.
  static let segmentsMax = 10_000

  @Argument(help: "The stage: hash, stage or merge.", transform: SpoolRedo.stage)
  var stage: StageName

  @OptionGroup var choice: SegmentChoice

  @Option(help: "Only in this state: done or held.", transform: SegmentState.init(option:))
  var state: SegmentState?

  @OptionGroup var option: SpoolOption

  func run(terminal: any Terminal) throws {
    guard let input = stage.input else { return }
    let states = state.map { [$0] } ?? [.done, .held]
    let segments = try choice.resolve(in: option.spool(), queues: [input], states: states)
    if choice.dryRun || segments.isEmpty {
      for segment in segments { terminal.data(segment.path.string) }
      return
    }
    guard segments.count <= Self.segmentsMax else { throw TooManySegments(count: segments.count, stage: stage) }
    try StageProcess.take(over: stage, arguments: ["--redo"] + option.arguments + segments.map(\.path.string))
  }

  static func stage(_ text: String) throws -> StageName {
    let stage = try StageName(option: text)
    guard stage.input != nil else { throw ValidationError("fetch reads no segments; run weir-fetch again") }
    return stage
  }
}

/// More segments than a command line holds.
struct TooManySegments: OperatorError, Equatable {
  var count: Int
  var stage: StageName

  var message: String { "\(count) segments are more than one command line holds" }
  var hint: String? { "weir spool redo \(stage.rawValue) ALL --dry-run | weir-\(stage.rawValue) --redo -" }
  var exitStatus: ExitStatus { .usage }
}
