internal import Synchronization
public import Telemetry

/// A terminal that remembers: what a command printed, and what it said to a person.
public final class RecordingTerminal: Terminal {
  private struct Record {
    var output: [String] = []
    var notes: [String] = []
  }

  private let record = Mutex(Record())

  public let isInteractive: Bool

  public init(isInteractive: Bool = false) { self.isInteractive = isInteractive }

  public func data(_ line: String) { record.withLock { $0.output.append(line) } }
  public func note(_ line: String) { record.withLock { $0.notes.append(line) } }

  /// Lines on standard output.
  public var output: [String] { record.withLock(\.output) }
  /// Lines on standard error.
  public var notes: [String] { record.withLock(\.notes) }
}
