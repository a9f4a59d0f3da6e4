import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import Postgres

/// What cannot be reached or is not allowed: one clear line, a next step, an exit status.
@Suite(.postgres)
struct RefusalTests {
  func refusal(_ target: DatabaseTarget) -> PostgresError? {
    do {
      _ = try Connection(to: target, applicationName: "weir test")
      return nil
    } catch {
      return error
    }
  }

  @Test("no server: 75, with the place and what to look at")
  func noServer() throws {
    let error = try #require(refusal(.url(Secret("postgresql://me:hunter2@127.0.0.1:1/weir"))))
    #expect(error.exitStatus == .temporaryFailure)
    #expect(error.description.contains("127.0.0.1:1"))
    #expect(error.hint != nil)
    #expect(!error.description.contains("hunter2"))
    #expect(!error.description.contains("\n"))
  }

  @Test("a socket directory where no server is: 75")
  func noSocket() throws {
    let error = try #require(refusal(.url(Secret("host=/nonexistent-weir dbname=weir user=me"))))
    #expect(error.exitStatus == .temporaryFailure)
    #expect(error.description.contains("/nonexistent-weir"))
  }

  @Test("a database that is not there: 78")
  func noDatabase() throws {
    let database = try #require(TestDatabase.current)
    let error = try #require(refusal(.url(Secret(database.address("dbname", "nobody_made_this")))))
    #expect(error.sqlState == .undefinedDatabase)
    #expect(error.exitStatus == .config)
    #expect(error.hint?.contains("database.url") == true)
  }

  @Test("a role that the server does not let in: 77")
  func noRole() throws {
    let database = try #require(TestDatabase.current)
    let error = try #require(refusal(.url(Secret(database.address("user", "nobody_at_all")))))
    #expect(error.sqlState?.errorClass == "28")
    #expect(error.exitStatus == .permission)
    #expect(error.hint?.contains("password") == true)
  }

  @Test("a URL that is none: 78, and its password stays unsaid", arguments: ["postgres//me:hunter2@h/d", "x=hunter2"])
  func notAURL(text: String) throws {
    let error = try #require(refusal(.url(Secret(text))))
    #expect(error.exitStatus == .config)
    #expect(!error.description.contains("hunter2"))
  }

  @Test("a private server that is not running: 75, and the command that starts it")
  func notRunning() throws {
    let error = try #require(refusal(.embedded(FilePath("/nonexistent/.weir/pg"))))
    #expect(error.exitStatus == .temporaryFailure)
    #expect(error.hint == "start it with: weir db up")
  }

  @Test(
    "what the server refuses becomes the right exit status",
    arguments: [
      ("SELECT * FROM nothing_here", Telemetry.ExitStatus.config), ("SELECT nothing FROM pg_class", .config),
      ("SELECT 'x'::integer", .dataError), ("SELECT 1/0", .dataError),
      ("SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(1)", .temporaryFailure), ("SELECT 1 WHERE", .config),
    ]
  )
  func statuses(sql: String, status: Telemetry.ExitStatus) throws {
    var connection = try #require(TestDatabase.current).connect()
    var caught: PostgresError?
    do { try connection.query(sql) } catch { caught = error }
    #expect(caught?.exitStatus == status, "\(String(describing: caught))")
    #expect(caught?.isTransient == (status == .temporaryFailure))
  }

  @Test(
    "every class of refusal has its exit status",
    arguments: [
      ("28P01", Telemetry.ExitStatus.permission), ("28000", .permission), ("42501", .permission), ("3D000", .config),
      ("42P01", .config), ("3F000", .config), ("08006", .temporaryFailure), ("57P01", .temporaryFailure),
      ("57P03", .temporaryFailure), ("53300", .temporaryFailure), ("53100", .temporaryFailure),
      ("40P01", .temporaryFailure), ("55P03", .temporaryFailure), ("22P02", .dataError), ("23505", .dataError),
      ("54000", .dataError), ("XX000", .software),
    ]
  )
  func classes(code: String, status: Telemetry.ExitStatus) {
    let error = PostgresError("refused", while: "connect", sqlState: SQLState(rawValue: code))
    #expect(error.exitStatus == status)
  }
}
