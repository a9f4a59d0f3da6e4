import ArgumentParser
import Telemetry
import Testing

@testable import OpsCommands

/// Every command explains itself, in the same way.
struct HelpTests {
  /// A command with the words that lead to it.
  struct Named: Sendable, CustomTestStringConvertible {
    var words: String
    var type: any ParsableCommand.Type
    var testDescription: String { words }
  }

  static let all = tree(of: WeirCommand.self, words: "weir")

  private static func tree(of type: any ParsableCommand.Type, words: String) -> [Named] {
    let configuration = type.configuration
    let children = configuration.subcommands
    return [Named(words: words, type: type)]
      + children.flatMap { tree(of: $0, words: "\(words) \($0.configuration.commandName ?? "?")") }
  }

  @Test("the help of every command ends with examples of it and the table of exit statuses", arguments: all)
  func sections(command: Named) {
    let help = command.type.helpMessage(columns: 80)
    #expect(help.contains("EXAMPLES\n"))
    #expect(help.contains("EXIT STATUS\n"))
    for status in Telemetry.ExitStatus.allCases { #expect(help.contains("\n  \(status.rawValue) ")) }
    let examples = help.split(separator: "EXAMPLES\n").last?.split(separator: "EXIT STATUS").first ?? ""
    #expect(examples.contains(command.words), "an example shows the command itself")
  }

  @Test("every command of the family is there under its name")
  func names() {
    #expect(
      Set(Self.all.map(\.words)).isSuperset(of: [
        "weir run", "weir status", "weir logs", "weir check", "weir spool ls", "weir spool cat", "weir spool where",
        "weir spool verify", "weir spool stat", "weir spool hold", "weir spool release", "weir spool retry",
        "weir spool redo", "weir spool gc", "weir spool explain", "weir db up", "weir db down", "weir db migrate",
        "weir fetch", "weir hash", "weir stage",
        "weir merge",
      ])
    )
  }
}
