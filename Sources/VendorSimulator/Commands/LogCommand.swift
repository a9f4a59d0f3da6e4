internal import ArgumentParser
internal import NIOHTTP1
internal import Telemetry

struct LogCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log",
    abstract: "Show the requests that a running vendor has had.",
    discussion: """
      One JSON object a line for each request that has ended, in that order: number,
      at and until (seconds since 1970), method, uri, host, status (null: no
      answer), bytes of the body, concurrent (requests under way when it came), keys
      (in an in list, or joined with or), credentials (names of headers that came),
      fault (the rule that spoilt the answer), violations (limits it went over).

      --summary counts all of them, also those that the log does not keep any more;
      highest_in is the most requests in any second, minute, hour and day.

      EXAMPLES
        weir-vendor log --token practice | jq -r .uri | sort | uniq -d
        weir-vendor log --token practice --summary | jq .highest_in.second
        weir-vendor log --token practice --clear

      \(ExitStatus.helpSection)
      """
  )

  @OptionGroup var vendor: RunningVendor

  @Flag(help: "Show what all requests come to.")
  var summary = false

  @Flag(help: "Forget what was; prints the empty summary.")
  var clear = false

  @Option(help: "Show requests with a number above this.")
  var after = 0

  func run() async throws {
    if clear { return StandardTerminal().data(try await vendor.ask(.DELETE, "/vendor/log")) }
    let path = summary ? "/vendor/log/summary" : "/vendor/log?after=\(after)"
    let answer = try await vendor.ask(.GET, path)
    if !answer.isEmpty { StandardTerminal().data(answer.hasSuffix("\n") ? String(answer.dropLast()) : answer) }
  }
}
