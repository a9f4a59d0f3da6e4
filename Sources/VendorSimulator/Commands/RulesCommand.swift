internal import ArgumentParser
internal import NIOHTTP1
internal import Telemetry

struct RulesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules",
    abstract: "Show how a running vendor behaves, or change it.",
    discussion: """
      Prints the rules that hold. With a file, or - for standard input, the sections
      in it first replace those that hold; a section that is null goes, others stay.
      The same document is what serve --rules starts with, and what PUT
      /vendor/rules takes; GET shows it, DELETE takes all of it away.

      \(RulesHelp.text)

      EXAMPLES
        weir-vendor rules --token practice
        echo '{"dialects":{"/v2/cars":{"style":"link"}}}' | weir-vendor rules -
        echo '{"faults":null}' | weir-vendor rules -

      \(ExitStatus.helpSection)
      """
  )

  @OptionGroup var vendor: RunningVendor

  @Argument(help: "Rules to put in place; - for standard input.")
  var file: String?

  func run() async throws {
    guard let file else { return StandardTerminal().data(try await vendor.ask(.GET, "/vendor/rules")) }
    let bytes = try RecordFile.read(file == "-" ? "/dev/stdin" : file, maxBytes: ControlRoutes.documentBytesMax)
    StandardTerminal().data(try await vendor.ask(.PUT, "/vendor/rules", body: bytes))
  }
}
