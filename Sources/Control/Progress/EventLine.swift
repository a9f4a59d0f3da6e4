internal import Spool
internal import Telemetry

/// The lines that say what happens on the way.
public enum EventLine {
  static func text(_ event: RunEvent, style: TextStyle) -> String {
    switch event {
    case .phase(let number, let count, let phase):
      return style.strong("phase \(number) of \(count): \(phase.name)") + " (\(phase.feeds.joined(separator: ", ")))"
    case .leftovers(let feed, let segments):
      return "\(feed): \(FigureText.counted(segments, "segment")) left over from an earlier run; these come first"
    case .leftoversRemain(let feed, let reason):
      return "\(feed): \(style.attention("not all left over was merged")): \(text(reason))"
    case .said(let feed, let said):
      let message = TextStyle.printable(said.message ?? "")
      guard said.event == .failed else {
        return "\(feed): \(said.stage): \(style.attention(said.level ?? "note")): \(message)"
      }
      let next = said.next.map { TextStyle.printable("; next: \($0)") } ?? ""
      return "\(feed): \(said.stage): \(style.bad("error")): \(message)\(next)"
    case .wrote(let feed, let stage, let line):
      return "\(feed): \(ProgramFolder.name(of: stage)): \(TextStyle.printable(line))"
    case .notRecorded(let feed, let reason):
      return "\(feed): \(style.attention("this end is not in the database's log")): \(text(reason))"
    case .memory(let bytes, let most, let isShort, let level):
      return "memory: " + style.attention(memory(bytes, most, isShort: isShort, level))
    case .progress(let snapshot):
      return ProgressLine.text(snapshot, style: style)
    case .ended(let outcome):
      return OutcomeLine.text(outcome, style: style)
    }
  }

  /// What is held, and what that leads to.
  public static func memory(_ bytes: Int, _ most: Int?, isShort: Bool, _ level: Int) -> String {
    let held =
      "\(bytes >> 20) MiB held" + (most.map { " of \($0 >> 20)" } ?? "")
      + (isShort ? ", and the machine has hardly any left" : "")
    let step =
      switch level {
      case 0: "segments and workers are as the pipeline says again"
      case Spool.pressureMax: "segments and workers are as small as they get; smaller pages would help (page_size)"
      default: "segments and workers are down to 1/\(1 << level)"
      }
    return "\(held): \(step)"
  }

  /// Which program, what happened, and what to do next, in one line.
  static func text(_ reason: FeedOutcome.Reason) -> String {
    let program = reason.program.map { "\($0): " } ?? ""
    let next = reason.next.map { "; next: \($0)" } ?? ""
    return TextStyle.printable("\(program)\(reason.message)\(next)")
  }
}
