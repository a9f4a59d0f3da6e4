import Foundation
import Postgres
import SystemPackage
import Telemetry
import TestSupport

/// A PostgreSQL server of one test's own, which may be killed.
struct PrivateServer: Sendable {
  let folder: FilePath
  /// Where the data folder is: on a disk of its own, if it has one.
  var disk: FilePath { folder.appending("disk") }
  var data: FilePath { disk.appending("pg") }

  /// Runs `body` with a server that is up, and takes it away afterwards.
  ///
  /// - Parameters:
  ///   - disk: Mebibytes of a disk of its own, which wants root; nil for a folder.
  ///   - body: What is done with it.
  /// - Throws: What `body` throws, or ``NotUp``.
  static func with(disk: Int? = nil, _ body: (PrivateServer) async throws -> Void) async throws {
    // The server's own user has to reach its folder, which a folder for tests need not allow.
    let server = PrivateServer(folder: base.appending("weir-killed-\(UUID().uuidString.prefix(8).lowercased())"))
    try FileManager.default.createDirectory(
      atPath: server.disk.string,
      withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o755]
    )
    do {
      if let disk {
        let mounted = try await Programs.shell("mount -t tmpfs -o mode=755,size=\(disk)m none \(server.disk)")
        guard mounted.status == 0 else { throw NotUp(words: mounted.errors) }
      }
      try await server.up()
      try await body(server)
    } catch {
      await server.remove()
      throw error
    }
    await server.remove()
  }

  /// Memory, where there is room: a server that was killed syncs each of its thousand files before it recovers, and on a disk
  /// that other tests keep busy that takes minutes. It is processes that are killed here, and not the machine.
  private static let base: FilePath = {
    let room = try? FileManager.default.attributesOfFileSystem(forPath: "/dev/shm")[.systemFreeSize] as? Int
    return (room ?? 0) > 4 << 30 ? "/dev/shm" : "/tmp"
  }()

  private func remove() async {
    _ = try? await Programs.run("weir", ["db", "down", "--directory", data.string])
    _ = try? await Programs.shell("mountpoint -q \(disk) && umount -l \(disk)")
    try? FileManager.default.removeItem(atPath: folder.string)
  }

  /// Starts the server, again if need be: of one that was killed, a process may still be on its way out.
  func up() async throws {
    let end = ContinuousClock.now + .seconds(60)
    while true {
      let result = try await Programs.run("weir", ["db", "up", "--directory", data.string])
      if result.status == 0 { return }
      guard ContinuousClock.now < end else { throw NotUp(words: result.errors) }
      try await Task.sleep(for: .milliseconds(100))
    }
  }

  struct NotUp: Error { var words: String }

  /// Fills the disk but for so many bytes, or makes it free again.
  func fill(leaving bytes: Int?) async throws {
    let ballast = folder.appending("disk/ballast")
    guard let bytes else { return try FileManager.default.removeItem(atPath: ballast.string) }
    let filled = try await Programs.shell(
      "free=$(($(stat -f -c '%a * %S' \(disk)) - \(bytes))); fallocate -l $((free > 4096 ? free : 4096)) \(ballast)"
    )
    guard filled.status == 0 else { throw NotUp(words: filled.errors) }
  }

  var url: String { get throws { try EmbeddedAddress(directory: data).connectionString } }

  /// A session; waits for a server that is recovering.
  func connect() async throws -> Connection {
    let end = ContinuousClock.now + .seconds(60)
    while true {
      do {
        return try Connection(to: .url(Secret(url)), applicationName: "weir test")
      } catch let error as PostgresError where error.isTransient {
        guard ContinuousClock.now < end else { throw error }
        try await Task.sleep(for: .milliseconds(50))
      }
    }
  }

  func query(_ sql: String) async throws -> [[String?]] {
    var connection = try await connect()
    return try connection.query(sql)
  }

  var postmaster: pid_t { get throws { try EmbeddedAddress(directory: data).processID } }

  /// The server's processes beside the first: those of sessions and its own.
  func processes(where condition: String = "true") throws -> [pid_t] {
    var connection = try Connection(to: .url(Secret(url)), applicationName: "weir test")
    return try connection.query("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND \(condition)")
      .compactMap { $0[0].flatMap { pid_t($0) } }
  }
}
