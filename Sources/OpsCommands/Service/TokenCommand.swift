internal import ArgumentParser
internal import PipelineConfig
internal import Service
internal import Telemetry

struct TokenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token",
    abstract: "Make tokens for weir serve.",
    discussion: helpText(
      examples: """
        weir token new dashboard --role read
        """
    ),
    subcommands: [TokenNew.self]
  )
}

struct TokenNew: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Make a token, and the entry of pipeline.json by which the service knows it.",
    discussion: helpText(
      """
      The token goes to standard output, this once: the service keeps its SHA-256 alone. The entry for service.tokens goes \
      to standard error. read may look, operate may start, stop and cancel runs, admin may change settings.
      """,
      examples: """
        weir token new dashboard --role read
        WEIR_TOKEN=$(weir token new me --role admin)
        """
    )
  )

  @Argument(help: "Whose it is; the audit log says so.")
  var name: String

  @Option(
    help: ArgumentHelp("What its bearer may do: read, operate or admin.", valueName: "role"),
    transform: { try WordChoice.read($0, of: ServiceRole.self) }
  )
  var role: ServiceRole

  func validate() throws {
    let isPlain = name.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789-_".utf8.contains($0) }
    guard isPlain, (1...48).contains(name.utf8.count), name.first != "-", name.first != "_" else {
      throw ValidationError("a token's name is 1 to 48 of a-z, 0-9, _ and -, and begins with a letter or digit")
    }
  }

  func run(terminal: any Terminal) throws {
    let token = NewToken()
    terminal.data(token.text)
    terminal.note("for service.tokens in pipeline.json:")
    terminal.note("{ \"name\": \"\(name)\", \"role\": \"\(role.rawValue)\", \"sha256\": \"\(token.sha256)\" }")
  }
}
