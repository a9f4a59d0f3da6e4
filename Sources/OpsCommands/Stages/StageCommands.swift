internal import ArgumentParser
internal import Control
internal import Spool
internal import Telemetry

/// `weir fetch …` is `weir-fetch …`: the program takes this one's place and gets the arguments as they are.
protocol StageProgramCommand: ParsableCommand {
  static var stage: StageName { get }
  var arguments: [String] { get }
}

extension StageProgramCommand {
  static func described(as abstract: String) -> CommandConfiguration {
    let program = ProgramFolder.name(of: stage)
    return CommandConfiguration(
      commandName: stage.rawValue,
      abstract: abstract,
      discussion: helpText(
        "Runs \(program), the program beside this one, with the arguments as they are.",
        examples: "weir \(stage.rawValue) --help     what \(program) does, and its options"
      )
    )
  }

  func run() throws {
    do {
      try StageProcess.take(over: Self.stage, arguments: arguments)
    } catch {
      StandardTerminal().note("weir: error: \(error)")
      throw ExitCode(ExitStatus(for: error))
    }
  }
}

struct FetchCommand: StageProgramCommand {
  static let stage = StageName.fetch
  static let configuration = described(as: "Ask the vendor, and write what it says into the spool.")
  @Argument(parsing: .captureForPassthrough) var arguments: [String] = []
}

struct HashCommand: StageProgramCommand {
  static let stage = StageName.hash
  static let configuration = described(as: "Find each record's key, version and hash.")
  @Argument(parsing: .captureForPassthrough) var arguments: [String] = []
}

struct StageCommand: StageProgramCommand {
  static let stage = StageName.stage
  static let configuration = described(as: "Check each record against the feed's columns, and convert it.")
  @Argument(parsing: .captureForPassthrough) var arguments: [String] = []
}

struct MergeCommand: StageProgramCommand {
  static let stage = StageName.merge
  static let configuration = described(as: "Merge staged segments into PostgreSQL.")
  @Argument(parsing: .captureForPassthrough) var arguments: [String] = []
}
