import Spool
import SystemPackage
import Telemetry
import Testing

struct SpoolErrorTests {
  @Test(
    "an error is one line that names its subject, and has the exit status of its kind",
    arguments: [
      (SpoolError.system(.noSpace, call: "write", path: "spool/x"), Telemetry.ExitStatus.temporaryFailure),
      (.system(.diskQuotaExceeded, call: "fsync", path: "spool/x"), .temporaryFailure),
      (.system(.ioError, call: "fsync", path: "spool/x"), .ioError),
      (.system(.noSuchFileOrDirectory, call: "open", path: "spool/x"), .noInput),
      (.damaged("spool/x", why: "cut off"), .dataError), (.foreignFile("spool/x", root: "spool"), .dataError),
      (.unsafePath("spool/x", why: "a link", hint: "move it"), .permission), (.networkFileSystem("spool/x"), .config),
      (.badName("spool/x", of: "feed"), .usage), (.busy("spool/x"), .temporaryFailure),
      (.recordTooLong(byteCount: 1 << 30, "spool/x"), .dataError),
    ] as [(SpoolError, Telemetry.ExitStatus)]
  )
  func status(error: SpoolError, expected: Telemetry.ExitStatus) {
    #expect(Telemetry.ExitStatus(for: error) == expected)
    #expect(error.description.contains("spool/x"))
    #expect(!error.description.contains("\n"))
  }
}
