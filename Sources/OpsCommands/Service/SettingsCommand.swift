internal import ArgumentParser
internal import JSONText
internal import Telemetry

struct SettingsCommand: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "settings",
    abstract: "Show or change the settings of the running service.",
    discussion: helpText(
      "Changes take effect at once and are kept in the database. Several at once are changed all or none.",
      examples: """
        weir settings
        weir settings sync_interval=12h sync_jitter=5m
        """
    )
  )

  @Argument(help: ArgumentHelp("What to change.", valueName: "key=value"))
  var changes: [String] = []

  @Flag(help: "Print one JSON object for each setting.")
  var json = false

  @OptionGroup var service: ServiceOption

  func run(terminal: any Terminal) async throws {
    let client = try service.client()
    let answer =
      if changes.isEmpty { try await client.ask("GET", "/admin/sync/settings") } else {
        try await client.ask("PUT", "/admin/sync/settings", body: try body())
      }
    guard case .array(let settings)? = answer["settings"] else { return }
    if json { return terminal.data(lines: settings.map(\.encoded)) }
    var table = TextTable(["SETTING", "VALUE", "FROM", "WHAT"])
    table.rows = settings.map { setting in
      ["setting_key", "setting_value", "source", "description"].map { setting[$0]?.text }
    }
    terminal.data(lines: table.lines)
  }

  private func body() throws -> JSONValue {
    let settings = try changes.map { change in
      guard let sign = change.firstIndex(of: "=") else {
        throw ValidationError("\(change): a setting is changed with key=value")
      }
      return JSONValue.object([
        JSONMember(name: "setting_key", value: .string(String(change[..<sign]))),
        JSONMember(name: "setting_value", value: .string(String(change[change.index(after: sign)...]))),
      ])
    }
    return .object([JSONMember(name: "settings", value: .array(settings))])
  }
}
