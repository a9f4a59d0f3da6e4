public import ArgumentParser

/// How many segments hash and stage work on at the same time.
public struct JobsOption: ParsableArguments {
  /// More than the cores of any machine this runs on; each worker holds the blocks of one segment in memory.
  public static let jobsMax = 64

  @Option(help: ArgumentHelp("Segments to work on at the same time; what is made is the same.", valueName: "number"))
  public var jobs = 1

  public init() {}

  public func validate() throws {
    guard (1...Self.jobsMax).contains(jobs) else { throw ValidationError("--jobs wants 1 to \(Self.jobsMax)") }
  }
}
