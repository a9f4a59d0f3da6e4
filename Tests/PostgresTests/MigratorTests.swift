import Foundation
import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import Postgres

@Suite(.postgres)
final class MigratorTests {
  let folder = FilePath(NSTemporaryDirectory()).appending("weir-migrations-\(UUID().uuidString)")

  init() throws { try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(atPath: folder.string) }

  func write(_ name: String, _ sql: String) throws {
    try Data(sql.utf8).write(to: URL(filePath: folder.appending(name).string))
  }

  func migrate(_ connection: inout Connection) throws -> [String] {
    try Migrator(schema: "app").apply(directory: folder, on: &connection)
  }

  @Test("applies in order, once, in the schema that was asked for")
  func once() throws {
    var connection = try #require(TestDatabase.current).connect()
    try write("0002_more.sql", "ALTER TABLE item ADD name text;")
    try write("0001_first.sql", "CREATE TABLE item (id integer); INSERT INTO item VALUES (1);")
    try write("notes.txt", "not a migration")
    #expect(try migrate(&connection) == ["0001_first.sql", "0002_more.sql"])
    #expect(try migrate(&connection) == [])
    try write("0003_last.sql", "INSERT INTO item VALUES (2, 'two');")
    #expect(try migrate(&connection) == ["0003_last.sql"])
    #expect(try connection.query("SELECT count(*) FROM app.item") == [["2"]])
  }

  @Test("a file that fails leaves nothing and is named; what came before it stays")
  func failing() throws {
    var connection = try #require(TestDatabase.current).connect()
    try write("0001_first.sql", "CREATE TABLE item (id integer);")
    try write("0002_bad.sql", "INSERT INTO item VALUES (1); SELECT nonsense;")
    var caught: PostgresError?
    do { _ = try migrate(&connection) } catch { caught = error as? PostgresError }
    #expect(caught?.message.contains("0002_bad.sql") == true)
    #expect(try connection.query("SELECT count(*) FROM app.item") == [["0"]])
    #expect(try connection.query("SELECT file FROM weir.migration") == [["0001_first.sql"]])
  }

  @Test("a file that was edited or removed after it was applied is refused", arguments: [true, false])
  func changed(edited: Bool) throws {
    var connection = try #require(TestDatabase.current).connect()
    try write("0001_first.sql", "CREATE TABLE item (id integer);")
    _ = try migrate(&connection)
    if edited {
      try write("0001_first.sql", "CREATE TABLE item (id bigint);")
    } else {
      try FileManager.default.removeItem(atPath: folder.appending("0001_first.sql").string)
    }
    var caught: MigrationError?
    do { _ = try migrate(&connection) } catch { caught = error as? MigrationError }
    #expect(caught?.exitStatus == .config)
    #expect(caught?.message.contains("0001_first.sql") == true)
  }

  @Test(
    "names and numbers are checked before anything is done",
    arguments: ["1_x.sql", "0001-x.sql", "0001_other.sql"]
  )
  func names(bad: String) throws {
    try write("0001_x.sql", "SELECT 1;")
    try write(bad, "SELECT 1;")
    #expect(throws: MigrationError.self) { try Migration.all(in: folder) }
  }
}
