internal import Spool
internal import Synchronization
public import Telemetry

/// Shows a run to a person: on a terminal a line for each feed that runs, and one for each of its programs, that are
/// written over, and everything that lasts above them; elsewhere a line every few seconds.
public final class RunDisplay: Sendable {
  /// How progress is shown.
  public enum Mode: Sendable, Equatable {
    /// In place; the functions say how many columns and lines the terminal has now.
    case inPlace(columns: @Sendable () -> Int, rows: @Sendable () -> Int = { 24 })
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

  /// A feed that runs.
  private struct FeedState {
    /// How far it was when it said so last.
    var snapshot: ProgressSnapshot?
    /// When its last line of progress was written, on the feed's own clock.
    var lastLine = Duration.zero
    /// Its programs whose failure has been said.
    var failed: Set<String> = []
  }

  private struct State {
    /// Lines at the end of the terminal that are progress and may be written over.
    var progressLines = 0
    var feeds: [String: FeedState] = [:]
    /// In the order in which they began to say how far they are.
    var order: [String] = []
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
        let isKnown = outcome.reason?.program.map { state.feeds[outcome.feed]?.failed.contains($0) == true } ?? false
        write(OutcomeLine.text(outcome, isReasonSaid: isKnown, style: style), &state)
        state.feeds[outcome.feed] = nil
        state.order.removeAll { $0 == outcome.feed }
      case .said(let feed, let said):
        if said.event == .failed { state.feeds[feed, default: FeedState()].failed.insert(said.stage) }
        write(EventLine.text(event, style: style), &state)
      case .phase, .leftovers, .leftoversRemain, .memory, .wrote, .notRecorded:
        write(EventLine.text(event, style: style), &state)
      }
    }
  }

  /// A line that lasts.
  public func say(_ line: String) { state.withLock { write(line, &$0) } }

  private func showProgress(_ snapshot: ProgressSnapshot, _ state: inout State) {
    let feed = snapshot.feed
    switch mode {
    case .inPlace(let columns, let rows):
      if state.feeds[feed]?.snapshot == nil { state.order.append(feed) }
      state.feeds[feed, default: FeedState()].snapshot = snapshot
      // The last column stays free: writing into it wraps on some terminals.
      let width = columns() - 1
      let snapshots = state.order.compactMap { state.feeds[$0]?.snapshot }
      let feeds = snapshots.map { ProgressLine.text($0, width: width, style: style) }
      let programs = snapshots.map { StageTable.lines($0.stages, width: width, style: style) }
      // Lines that have left the top of the terminal cannot be written over: what does not fit with the cursor's is left out.
      let room = max(1, rows() - 1)
      let isRoomForAll = feeds.count + programs.reduce(0) { $0 + $1.count } <= room
      let lines = isRoomForAll ? zip(feeds, programs).flatMap { [$0] + $1 } : Array(feeds.prefix(room))
      write(lines.joined(separator: "\n"), &state)
      state.progressLines = lines.count
    case .lines:
      let last = state.feeds[feed]?.lastLine ?? .zero
      guard snapshot.elapsed - last >= Self.lineInterval else { return }
      state.feeds[feed, default: FeedState()].lastLine = snapshot.elapsed
      let news = snapshot.stages.filter(\.isHeldUp)
      let words = news.map { "; \(ProgramFolder.name(of: $0.stage)) \($0.words)" }
      write(ProgressLine.text(snapshot, style: style) + words.joined(), &state)
    }
  }

  /// Writes lines in the place of those of progress, if there are any.
  ///
  /// The cursor rests below the progress, never in it, so that a program that is killed leaves a clean terminal.
  /// Source: ECMA-48 §8.3.22, cursor up; §8.3.41, erase in line; §8.3.39, erase in page.
  private func write(_ lines: String, _ state: inout State) {
    let over =
      switch state.progressLines {
      case 0: ""
      case 1: "\u{1B}[1A\u{1B}[2K"
      case let count: "\u{1B}[\(count)A\u{1B}[J"
      }
    terminal.note(over + lines)
    state.progressLines = 0
  }
}
