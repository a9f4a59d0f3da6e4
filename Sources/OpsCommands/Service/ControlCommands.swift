internal import ArgumentParser
internal import Control
internal import JSONText
internal import Telemetry

struct NowCommand: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "now",
    abstract: "Have the running service begin a run now.",
    discussion: helpText(
      "Prints the run's id. With --wait it stays until the run has ended, and exits as weir run would.",
      examples: """
        weir now
        weir now --feed media --full
        weir now --wait && echo done
        """
    )
  )

  @Option(help: ArgumentHelp("This feed alone.", valueName: "feed"))
  var feed: String?

  @Flag(help: "Everything, not only what changed since the watermark.")
  var full = false

  @Flag(help: "Stay until the run has ended.")
  var wait = false

  @Flag(help: "Print the service's answer as JSON.")
  var json = false

  @OptionGroup var service: ServiceOption

  /// Between two looks at a run that is waited for.
  private static let lookInterval = Duration.milliseconds(500)

  func run(terminal: any Terminal) async throws {
    let client = try service.client()
    let query: [(String, String?)] = [("feed", feed), ("full", full ? "true" : nil)]
    let answer = try await client.ask("POST", "/admin/sync", query: query)
    let id = answer["run_id"]?.text ?? ""
    terminal.data(json ? answer.encoded : id)
    terminal.note("\(answer["message"]?.text ?? ""); estimated: \(answer["estimated_duration"]?.text ?? "unknown")")
    guard wait else { return }
    let run = try await ended(id, client)
    if json { terminal.data(run.encoded) }
    let error = run["error"]?.text.map { ": \($0)" } ?? ""
    terminal.note("\(run["status"]?.text ?? "")\(error)")
    let status = run["exit_status"]?.integer.flatMap { Telemetry.ExitStatus(rawValue: Int32($0)) } ?? .temporaryFailure
    if status != .success { throw ExitCode(status) }
  }

  private func ended(_ id: String, _ client: ServiceClient) async throws -> JSONValue {
    while true {
      do {
        let run = try await client.ask("GET", "/runs/\(id)")
        if let status = run["status"]?.text, !["waiting", "running"].contains(status) { return run }
      } catch let refusal as ServiceRefusal where refusal.status == 404 {
        // The database did not answer when it was asked for: it waits all the same, unless somebody has called it off.
        let status = try await client.ask("GET", "/admin/sync/status")
        if status["is_waiting"] != .bool(true), status["is_running"] != .bool(true) { throw refusal }
      }
      try await Task.sleep(for: Self.lookInterval)
    }
  }
}

struct StartCommand: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "start",
    abstract: "Have the running service run by itself, every so often.",
    discussion: helpText(
      examples: """
        weir start
        weir start --every 12h
        """
    )
  )

  @Option(help: ArgumentHelp("From the beginning of one run to that of the next: 30m, 24h.", valueName: "time"))
  var every: String?

  @OptionGroup var service: ServiceOption

  func run(terminal: any Terminal) async throws {
    let answer = try await service.client().ask("POST", "/admin/sync/start", query: [("interval", every)])
    terminal.note("\(answer["message"]?.text ?? ""); next: \(answer["next_sync"]?.text ?? "none")")
  }
}

struct StopCommand: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop",
    abstract: "Have the running service begin no run by itself any more, and the one under way drain.",
    discussion: helpText(
      "The service itself goes on; weir start has it run by itself again.",
      examples: """
        weir stop
        """
    )
  )

  @OptionGroup var service: ServiceOption

  func run(terminal: any Terminal) async throws {
    let answer = try await service.client().ask("POST", "/admin/sync/stop")
    terminal.note(answer["message"]?.text ?? "")
  }
}

struct CancelCommand: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel",
    abstract: "Have the running service end its run: what was fetched is merged.",
    discussion: helpText(
      "Again: its programs are told to end; a third time they are ended. Nothing is lost.",
      examples: """
        weir cancel
        """
    )
  )

  @Argument(help: "The run's id; the run under way without it.")
  var id: String?

  @OptionGroup var service: ServiceOption

  func run(terminal: any Terminal) async throws {
    let client = try service.client()
    var id = id
    if id == nil { id = try await client.ask("GET", "/admin/sync/status")["current_run"]?["id"]?.text }
    guard let id else { return terminal.note("no run is under way") }
    let answer = try await client.ask("POST", "/runs/\(id)/cancel")
    terminal.note("\(id): \(answer["level"]?.text ?? "")")
  }
}

struct HealthCommand: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "health",
    abstract: "Whether the running service does what it should; 69 when it does not.",
    discussion: helpText(
      examples: """
        weir health
        weir health --json | jq .is_overdue
        """
    )
  )

  @Flag(help: "Print the service's answer as JSON.")
  var json = false

  @OptionGroup var service: ServiceOption

  func run(terminal: any Terminal) async throws {
    let answer = try await service.client().ask("GET", "/admin/sync/health")
    terminal.data(json ? answer.encoded : "\(answer["status"]?.text ?? ""): \(answer["summary"]?.text ?? "")")
    if answer["is_healthy"] != .bool(true) { throw ExitCode(Telemetry.ExitStatus.unavailable) }
  }
}
