internal import ArgumentParser
internal import PipelineConfig
internal import Postgres
internal import Telemetry

struct KeysCommand: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys",
    abstract: "Print the keys of a feed's rows, one a line.",
    discussion: helpText(
      """
      In the order of the key, read from the table as they are printed: a million need no more memory than a thousand. \
      Rows that are marked as deleted are left out, and what is added behind the last key that was printed comes too. weir-fetch --parent-keys takes them, and asks for the children of many \
      parents at once.
      """,
      examples: """
        weir keys idx | weir-fetch media --parent-keys - | weir-hash - | weir-stage - | weir-merge -
        weir keys idx | wc -l
        """
    )
  )

  @Argument(help: "A feed whose key is one field.")
  var feed: String

  @OptionGroup var config: ConfigOption

  func run(terminal: any Terminal) async throws {
    let pipeline = try config.pipeline()
    let keys = try FeedKeys(try pipeline.feed(named: feed), schema: pipeline.database.schema)
    let target = pipeline.database.target
    try await offThePool { try keys.forEachPage(in: target) { page in for key in page { terminal.data(key) } } }
  }
}
