import Foundation
import Glibc
import Postgres
import Spool
import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import Merging

/// PgBouncer between merge and the server.
@Suite(.postgres, .enabled(if: Pooler.program != nil, "PgBouncer is not installed: apt-get install pgbouncer"))
struct PoolerTests {
  typealias Fixture = MergeFixture

  @Test("in session mode segments are merged by several workers, one session each")
  func session() async throws {
    let fixture = try Fixture()
    let segments = try (1...6).map { sequence in
      try fixture.segment((0..<20).map { .item(Int64(sequence * 10 + $0), "s\(sequence)") }, sequence: sequence)
    }
    let (make, spool) = (fixture.pipelineMaker, fixture.spool)
    try await Pooler.run("session", before: fixture.database) { url in
      let pipeline = try make(url)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for worker in 0..<3 {
          group.addTask {
            try await onThread {
              var processor = try Fixture.processor(pipeline, spool)
              for segment in segments[worker * 2..<worker * 2 + 2] { _ = try processor.process(segment) }
            }
          }
        }
        try await group.waitForAll()
      }
    }
    #expect(try fixture.query("SELECT count(*), sum(records) FROM weir.ledger") == [["6", "120"]])
    #expect(try fixture.query("SELECT count(*) FROM item") == [["70"]])
  }

  @Test("transaction and statement mode are refused, with what to do", arguments: ["transaction", "statement"])
  func shared(mode: String) async throws {
    let fixture = try Fixture()
    let (make, spool) = (fixture.pipelineMaker, fixture.spool)
    try await Pooler.run(mode, before: fixture.database) { url in
      let pipeline = try make(url)
      let caught = await #expect(throws: PostgresError.self) {
        try await onThread { _ = try Fixture.processor(pipeline, spool) }
      }
      #expect(caught?.exitStatus == .config && caught?.message.contains("shares sessions among clients") == true)
      #expect(caught?.hint?.contains("pool_mode = session") == true)
    }
  }
}

/// A PgBouncer of one test's own.
enum Pooler {
  /// `WEIR_TEST_PGBOUNCER` names one that is not where Debian has it.
  static let program: String? = {
    let named = ProcessInfo.processInfo.environment["WEIR_TEST_PGBOUNCER"]
    return ([named].compactMap(\.self) + ["/usr/sbin/pgbouncer"])
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  static func run(
    _ mode: String,
    before database: TestDatabase,
    _ body: @escaping @Sendable (String) async throws -> Void
  ) async throws {
    var connection = try database.connect()
    let row = try connection.query(
      "SELECT current_setting('unix_socket_directories'), current_setting('port'), current_user"
    )[0]
    let (directories, port, user) = (row[0] ?? "", row[1] ?? "", row[2] ?? "")
    let folder = "/tmp/weir-pool-\(UUID().uuidString.prefix(8).lowercased())"
    try FileManager.default.createDirectory(
      atPath: folder,
      withIntermediateDirectories: false,
      attributes: [.posixPermissions: 0o777]
    )
    // Past the umask, since it becomes another user.
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let settings = """
      [databases]
      * = host=\(directories.prefix { $0 != "," }) port=\(port) user=\(user)
      [pgbouncer]
      listen_port = 6432
      unix_socket_dir = \(folder)
      auth_type = any
      pool_mode = \(mode)
      """
    try Data(settings.utf8).write(to: URL(filePath: "\(folder)/pool.ini"))
    let url = "host=\(folder) port=6432 user=\(user) dbname=\(database.name)"
    // As root it has to become somebody else.
    let arguments = ["-q"] + (getuid() == 0 ? ["-u", "postgres"] : []) + ["\(folder)/pool.ini"]
    let status = try await Programs.kill(program ?? "", arguments) {
      while !FileManager.default.fileExists(atPath: "\(folder)/.s.PGSQL.6432") {
        try await Task.sleep(for: .milliseconds(10))
      }
      try await body(url)
    }
    #expect(status == nil, "PgBouncer ended by itself")
  }
}
