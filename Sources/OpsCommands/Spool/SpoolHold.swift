internal import ArgumentParser
internal import Spool
internal import Telemetry

struct SpoolHold: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold",
    abstract: "Set ready segments aside, so that no stage takes them.",
    discussion: helpText(
      """
      A segment that a worker has right now is left to it, and said so (75). Prints the path of each held segment; the \
      reason is in the note beside it.
      """,
      examples: """
        weir spool hold 20261120T234408Z-7k2q-000042 --reason "prices look wrong"
        weir spool hold ALL --feed media --queue staged      nothing more of media is merged
        weir spool ls media staged --state ready | cut -f 4 | weir spool hold - --dry-run
        """
    )
  )

  @OptionGroup var choice: SegmentChoice

  @Option(help: ArgumentHelp("Why, for whoever finds it.", valueName: "text"))
  var reason = "held by hand"

  @OptionGroup var option: SpoolOption

  func run(terminal: any Terminal) throws {
    let spool = try option.spool()
    var busy = 0
    for segment in try choice.resolve(in: spool, states: [.ready]) {
      let queue = try spool.queue(segment.queue, feed: segment.feed)
      if !choice.dryRun {
        guard let claimed = try queue.claim(segment.name) else {
          busy += 1
          terminal.note("\(segment.path): a worker has it")
          continue
        }
        try claimed.hold(reason: HoldReason(name: "by_hand", message: reason))
      }
      terminal.data("\(queue.path(of: segment.name, in: .held))")
    }
    if busy > 0 { throw ExitCode(ExitStatus.temporaryFailure) }
  }
}

struct SpoolRelease: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "release",
    abstract: "Give held segments back: they are ready again.",
    discussion: helpText(
      """
      Prints the path of each segment that is ready now, for the stage that is to take it. What made it held must be \
      cured first, else it is held again.
      """,
      examples: """
        weir spool release 20261120T234408Z-7k2q-000042
        weir spool release ALL --feed media --dry-run
        weir spool release ALL --queue staged | weir-merge -
        """
    )
  )

  @OptionGroup var choice: SegmentChoice
  @OptionGroup var option: SpoolOption

  func run(terminal: any Terminal) throws {
    let spool = try option.spool()
    var worst = ExitStatus.success
    for segment in try choice.resolve(in: spool, states: [.held]) {
      let queue = try spool.queue(segment.queue, feed: segment.feed)
      do throws(SpoolError) {
        if !choice.dryRun { try queue.release(segment.name) }
        terminal.data("\(queue.path(of: segment.name, in: .ready))")
      } catch .occupied(let path) {
        let error = SpoolError.occupied(path)
        terminal.note("weir: error: \(error)")
        worst = .worse(worst, error.exitStatus)
      }
    }
    if worst != .success { throw ExitCode(worst) }
  }
}
