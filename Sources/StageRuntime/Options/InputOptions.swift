public import ArgumentParser

/// Where hash, stage and merge take their segments from.
public struct InputOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Work off what is ready of this feed, then end.", valueName: "name"))
  public var feed: String?

  @Flag(help: "Go on waiting for more once everything is worked off; ends on SIGTERM or SIGINT.")
  public var follow = false

  @Flag(help: "Do the named segments again, wherever they are; what was held is done then.")
  public var redo = false

  @Argument(
    help: """
      Segments, as the stage before prints them; - reads them from standard input, a line each. \
      None: work off what is ready of all feeds, parents first.
      """
  )
  public var inputs: [String] = []

  public init() {}

  public func validate() throws {
    if !inputs.isEmpty && (feed != nil || follow) {
      throw ValidationError("name segments, or work off a queue with --feed and --follow, not both")
    }
    if redo && inputs.isEmpty { throw ValidationError("--redo wants the segments to do again") }
  }
}
