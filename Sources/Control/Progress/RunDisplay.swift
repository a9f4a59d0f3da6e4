internal import Spool
internal import Synchronization
public import Telemetry

/// Shows a run to a person: on a terminal one line that is written over, and everything that lasts above it; elsewhere
/// a line every few seconds.
public final class RunDisplay: Sendable {
  /// How progress is shown.
  public enum Mode: Sendable, Equatable {
    /// One line in place; the function says how many columns the terminal has now.
    case inPlace(columns: @Sendable () -> Int)
    /// A line of its own each time, at ``RunDisplay/lineInterval``.
    case lines

    public static func == (left: Self, right: Self) -> Bool {
      switch (left, right) {
      case (.inPlace, .inPlace), (.lines, .lines): true
      case (.inPlace, .lines), (.lines, .inPlace): false
      }
    }
  }

  /// Between two lines of progress in a file: often enough to see that it lives, seldom enough to read later.
  static let lineInterval = Duration.seconds(5)

  private struct State {
    /// The last line on the terminal is progress and may be written over.
    var isOverProgress = false
    /// When the feed's last line of progress was written, on the feed's own clock.
    var lastLine = Duration.zero
    /// Programs of the running feed whose failure has been said.
    var failed: Set<String> = []
  }

  private let terminal: any Terminal
  private let mode: Mode
  private let style: TextStyle
  private let state = Mutex(State())

  public init(terminal: any Terminal, mode: Mode, style: TextStyle) {
    self.terminal = terminal
    self.mode = mode
    self.style = style
  }

  public func show(_ event: RunEvent) {
    state.withLock { state in
      switch event {
      case .progress(let snapshot): showProgress(snapshot, &state)
      case .ended(let outcome):
        let isKnown = outcome.reason?.program.map(state.failed.contains) ?? false
        write(OutcomeLine.text(outcome, isReasonSaid: isKnown, style: style), &state)
        state.failed = []
        state.lastLine = .zero
      case .said(_, let said):
        if said.event == .failed { state.failed.insert(said.stage) }
        write(EventLine.text(event, style: style), &state)
      case .phase, .leftovers, .leftoversRemain, .wrote, .notRecorded:
        write(EventLine.text(event, style: style), &state)
      }
    }
  }

  /// A line that lasts.
  public func say(_ line: String) { state.withLock { write(line, &$0) } }

  private func showProgress(_ snapshot: ProgressSnapshot, _ state: inout State) {
    switch mode {
    case .inPlace(let columns):
      // The last column stays free: writing into it wraps on some terminals.
      let line = ProgressLine.text(snapshot, width: columns() - 1, style: style)
      write(line, &state)
      state.isOverProgress = true
    case .lines:
      guard snapshot.elapsed - state.lastLine >= Self.lineInterval else { return }
      state.lastLine = snapshot.elapsed
      write(ProgressLine.text(snapshot, style: style), &state)
    }
  }

  /// Writes a line in the place of the progress line, if there is one.
  ///
  /// The cursor rests below the progress line, never in it, so that a program that is killed leaves a clean terminal.
  /// Source: ECMA-48 §8.3.22, cursor up; §8.3.41, erase in line.
  private func write(_ line: String, _ state: inout State) {
    terminal.note(state.isOverProgress ? "\u{1B}[1A\u{1B}[2K\(line)" : line)
    state.isOverProgress = false
  }
}
