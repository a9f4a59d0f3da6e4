internal import ArgumentParser
internal import NIOHTTP1
internal import Telemetry

struct EditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "edit",
    abstract: "Change, add or delete records of a running vendor.",
    discussion: """
      Takes one JSON object, all of it at one moment, and prints the vendor's state.
      What it may say is in weir-vendor rules --help, under EDITS.

      EXAMPLES
        echo '{"set":"cars","stamp_all":"2024-05-01T00:00:00Z"}' | weir-vendor edit -
        echo '{"set":"cars","delete":{"keys":["40000007"]}}' | weir-vendor edit -

      \(ExitStatus.helpSection)
      """
  )

  @OptionGroup var vendor: RunningVendor

  @Argument(help: "The change; - for standard input.")
  var file: String

  func run() async throws {
    let bytes = try RecordFile.read(file == "-" ? "/dev/stdin" : file, maxBytes: ControlRoutes.documentBytesMax)
    StandardTerminal().data(try await vendor.ask(.POST, "/vendor/edit", body: bytes))
  }
}
