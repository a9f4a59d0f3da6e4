internal import Logging

/// Turns swift-log's events into lines of text or ``StageEvent`` lines on standard error.
struct EventLogHandler: LogHandler {
  let stage: String
  let format: LogFormat
  let write: @Sendable (String) -> Void
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?
  var logLevel: Logger.Level

  init(stage: String, format: LogFormat, level: Logger.Level, write: @escaping @Sendable (String) -> Void) {
    self.stage = stage
    self.format = format
    self.logLevel = level
    self.write = write
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var details = metadata
    details.merge(metadataProvider?.get() ?? [:]) { _, new in new }
    details.merge(event.metadata ?? [:]) { _, new in new }
    if let error = event.error { details["error"] = "\(error)" }
    let pairs = details.sorted { $0.key < $1.key }.map { "\($0.key)=\(quotedIfNeeded("\($0.value)"))" }
    let message = ([event.message.description] + pairs).joined(separator: " ")
    switch format {
    case .text:
      write("\(stage): \(event.level.rawValue): \(oneLine(message))")
    case .json:
      var line = StageEvent(.log, stage: stage, time: WallClock.timestamp())
      line.level = event.level.rawValue
      line.message = message
      line.feed = details["feed"].map { "\($0)" }
      line.run = details["run"].map { "\($0)" }
      write(line.line)
    }
  }

  /// Values with spaces are quoted, so that `key=value` can be told apart by a shell.
  private func quotedIfNeeded(_ value: String) -> String {
    value.contains { $0 == " " || $0 == "\"" || $0 == "=" } ? value.debugDescription : value
  }

  /// One message is one line: a newline inside a server's message must not look like another program's line.
  private func oneLine(_ text: String) -> String {
    String(text.map { $0.isNewline ? " " : $0 })
  }
}
