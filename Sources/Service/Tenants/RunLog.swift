internal import Control
internal import Logging
internal import Spool
internal import Telemetry

/// What a run says, in the service's log.
enum RunLog {
  static func write(_ event: RunEvent, to logger: Logger) {
    switch event {
    case .progress: break
    case .phase(let number, let count, let phase):
      logger.debug(
        "phase",
        metadata: ["number": "\(number) of \(count)", "feeds": "\(phase.feeds.joined(separator: " "))"]
      )
    case .leftovers(let feed, let segments):
      logger.info("segments of an earlier run come first", metadata: ["feed": "\(feed)", "segments": "\(segments)"])
    case .leftoversRemain(let feed, let reason):
      logger.warning(
        "not all that was left over was merged",
        metadata: ["feed": "\(feed)", "why": "\(reason.message)"]
      )
    case .said(let feed, let said):
      let level = said.level.flatMap { Logger.Level(rawValue: $0) } ?? (said.event == .failed ? .error : .notice)
      logger.log(level: level, "\(said.stage): \(said.message ?? "")", metadata: ["feed": "\(feed)"])
    case .wrote(let feed, let stage, let line):
      logger.notice("weir-\(stage.rawValue) wrote: \(line)", metadata: ["feed": "\(feed)"])
    case .memory(let bytes, let most, let isShort, let level):
      logger.notice("\(EventLine.memory(bytes, most, isShort: isShort, level))")
    case .notRecorded(let feed, let reason):
      logger.warning("the end is not in the database's log", metadata: ["feed": "\(feed)", "why": "\(reason.message)"])
    case .ended(let outcome):
      logger.info("feed ended", metadata: ["feed": "\(outcome.feed)", "outcome": "\(OutcomeLine.text(outcome))"])
    }
  }
}
