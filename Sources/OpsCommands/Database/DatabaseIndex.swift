internal import ArgumentParser
internal import Merging
internal import PipelineConfig
internal import Postgres
internal import Telemetry

struct DatabaseIndex: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "index",
    abstract: "Make the indexes that the feeds' tables want, without locking them.",
    discussion: helpText(
      """
      Of every feed: the key, the stamp of the latest change, the parent with that stamp, and what marks a row as deleted. \
      Each is built with CREATE INDEX CONCURRENTLY, so reading and writing go on; another index that serves as well is \
      enough. One that a broken-off building has left unusable is made anew.

      Prints present, made or repaired, the table and the index, separated by tabs. Progress goes to standard error.
      """,
      examples: """
        weir db index
        weir db index | awk '$1 != "present"'
        """
    )
  )

  @OptionGroup var config: ConfigOption

  func run(terminal: any Terminal) async throws {
    try await run(terminal: terminal, every: .seconds(1))
  }

  func run(terminal: any Terminal, every interval: Duration) async throws {
    let builder = IndexBuilder(try config.pipeline())
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await offThePool {
          try builder.run { index in
            terminal.note("\(index.name): building on \(index.table) (\(index.columns.joined(separator: ", ")))")
          } ends: { index, step in
            terminal.data("\(step.rawValue)\t\(index.table)\t\(index.name)")
          }
        }
      }
      group.addTask {
        // Only for a person to see; the building is not stopped by a look that fails.
        while true {
          try await Task.sleep(for: interval)
          if let progress = try? await offThePool({ try builder.progress() }) { terminal.note(progress) }
        }
      }
      defer { group.cancelAll() }
      try await group.next()
    }
  }
}
