import Glibc
import Testing

@testable import Telemetry

/// The numbers that scripts read, and which of two a program ends with.
struct ExitStatusTests {
  private typealias Status = Telemetry.ExitStatus

  private struct Plain: Error {}

  private struct Known: OperatorError {
    var message = "cars: the door is shut"
    var hint: String?
    var exitStatus: Telemetry.ExitStatus { .permission }
  }

  @Test(
    "a status has the number of sysexits(3), for good",
    arguments: [
      (.success, EX_OK), (.usage, EX_USAGE), (.dataError, EX_DATAERR), (.noInput, EX_NOINPUT),
      (.unavailable, EX_UNAVAILABLE), (.software, EX_SOFTWARE), (.ioError, EX_IOERR), (.temporaryFailure, EX_TEMPFAIL),
      (.permission, EX_NOPERM), (.config, EX_CONFIG),
    ] as [(Telemetry.ExitStatus, Int32)]
  )
  func numbers(status: Telemetry.ExitStatus, number: Int32) { #expect(status.rawValue == number) }

  @Test("the help section has a line for each status: its number, then its meaning", arguments: Status.allCases)
  func help(status: Telemetry.ExitStatus) {
    let lines = Telemetry.ExitStatus.helpSection.split(separator: "\n")
    let own = lines.filter { $0.hasPrefix("  \(status.rawValue) ") }
    #expect(lines.first == "EXIT STATUS" && lines.count == Telemetry.ExitStatus.allCases.count + 1)
    #expect(own.count == 1 && own.first?.hasSuffix(" \(status.meaning)") == true)
    // A terminal of 120 columns takes it whole.
    #expect(lines.allSatisfy { $0.count <= 120 } && !status.meaning.contains("\n"))
  }

  @Test("no two statuses are as serious as one another, success least of all and a fault of ours most")
  func severities() {
    let ordered = Telemetry.ExitStatus.allCases.sorted { $0.severity < $1.severity }
    #expect(Set(ordered.map(\.severity)).count == ordered.count)
    #expect(ordered.first == .success && ordered.last == .software)
    for (index, left) in ordered.enumerated() {
      for right in ordered[index...] {
        #expect(Telemetry.ExitStatus.worse(left, right) == right && Telemetry.ExitStatus.worse(right, left) == right)
      }
    }
  }

  @Test(
    "what cures itself gives way to what needs a person",
    arguments: [
      (.temporaryFailure, .dataError), (.temporaryFailure, .unavailable), (.unavailable, .dataError),
      (.noInput, .dataError), (.dataError, .permission), (.permission, .config), (.config, .usage), (.usage, .software),
    ] as [(Telemetry.ExitStatus, Telemetry.ExitStatus)]
  )
  func order(less: Telemetry.ExitStatus, more: Telemetry.ExitStatus) {
    #expect(Telemetry.ExitStatus.worse(less, more) == more && Telemetry.ExitStatus.worse(more, less) == more)
  }

  @Test("an error that knows its status has it; one that knows nothing is a fault of ours; one cancelled comes again")
  func errors() {
    #expect(Telemetry.ExitStatus(for: Known()) == .permission)
    #expect(Telemetry.ExitStatus(for: Plain()) == .software)
    #expect(Telemetry.ExitStatus(for: CancellationError()) == .temporaryFailure)
  }

  @Test(
    "an error is one line, with the next step at its end when there is one",
    arguments: [
      (nil, "cars: the door is shut"), ("open it", "cars: the door is shut; next: open it"),
    ] as [(String?, String)]
  )
  func description(hint: String?, expected: String) {
    #expect(Known(hint: hint).description == expected && "\(Known(hint: hint) as any Error)" == expected)
  }

  @Test(
    "a stream that is gone, a full disk and a broken one are told apart",
    arguments: [(EPIPE, .unavailable, true), (ENOSPC, .temporaryFailure, false), (EIO, .ioError, false)]
      as [(Int32, Telemetry.ExitStatus, Bool)]
  )
  func streams(errno: Int32, status: Telemetry.ExitStatus, isClosed: Bool) {
    for (stream, name) in [(StandardStream.output, "standard output"), (.error, "standard error")] {
      let error = StreamError(stream: stream, errno: errno)
      #expect(error.exitStatus == status && error.isClosed == isClosed && error.message.hasPrefix("\(name): "))
      #expect(!error.description.contains("\n") && (error.hint != nil) == isClosed)
    }
  }
}
