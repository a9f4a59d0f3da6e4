internal import ArgumentParser
internal import NIOHTTP1
internal import Telemetry

struct AdvanceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "advance",
    abstract: "Move a running vendor to its next snapshot.",
    discussion: """
      Prints one JSON object: the stamp that everything new and changed was given,
      and for each set how many records are new, changed, gone and unchanged. A
      made set changes by its seed: of 100 records five change, one comes, one
      goes. A loaded set moves to its next file; after the last it stays as it is.

      EXAMPLES
        weir-vendor advance --token practice
        weir-vendor advance --url http://127.0.0.1:8790 --token practice | jq .sets.Property

      \(ExitStatus.helpSection)
      """
  )

  @OptionGroup var vendor: RunningVendor

  func run() async throws { StandardTerminal().data(try await vendor.ask(.POST, "/vendor/advance")) }
}
