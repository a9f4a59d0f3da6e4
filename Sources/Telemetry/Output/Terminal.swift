internal import Glibc

/// Where a command says things: what was asked for is data, everything said to a person is a note.
public protocol Terminal: Sendable {
  /// One line of what was asked for, without its newline.
  func data(_ line: String)
  /// Many lines of what was asked for, at once.
  func data(lines: [String])
  /// One line for a person.
  func note(_ line: String)
  /// Whether a person watches the notes, so that they may be overwritten in place.
  var isInteractive: Bool { get }
}

extension Terminal {
  public func data(lines: [String]) { lines.forEach(data) }
}

/// Standard output for data, standard error for notes.
public struct StandardTerminal: Terminal {
  public init() {}

  /// Ends the program when the line cannot be written: with 0 when the reader has gone (`| head` has what it wanted),
  /// else with the reason and its exit status. Going on would look like a complete answer.
  public func data(_ line: String) {
    do throws(StreamError) {
      try StandardStream.output.writeLine(line)
    } catch {
      if error.isClosed { exit(ExitStatus.success.rawValue) }
      note("error: \(error)")
      exit(error.exitStatus.rawValue)
    }
  }

  public func data(lines: [String]) { if !lines.isEmpty { data(lines.joined(separator: "\n")) } }

  /// A note that cannot be written is lost: there is nobody left to tell.
  public func note(_ line: String) { try? StandardStream.error.writeLine(line) }

  public var isInteractive: Bool { StandardStream.error.isTerminal }
}
