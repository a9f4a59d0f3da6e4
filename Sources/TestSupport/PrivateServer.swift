internal import Foundation
public import Glibc
public import Postgres
public import SystemPackage
internal import Telemetry

/// A PostgreSQL server of one test's own, which may be killed.
public struct PrivateServer: Sendable {
  /// Everything of it, and what is written beside it.
  public let folder: FilePath
  /// Where the data folder is: on a disk of its own, if it has one.
  public var disk: FilePath { folder.appending("disk") }
  /// The data folder.
  public var data: FilePath { disk.appending("pg") }

  /// Runs `body` with a server that is up, and takes it away afterwards.
  ///
  /// - Parameters:
  ///   - disk: Mebibytes of a disk of its own, which wants root; nil for a folder.
  ///   - body: What is done with it.
  /// - Throws: What `body` throws, or ``NotUp``.
  public static func with(disk: Int? = nil, _ body: (PrivateServer) async throws -> Void) async throws {
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
  ///
  /// - Throws: ``NotUp`` when it does not come.
  public func up() async throws {
    let end = ContinuousClock.now + .seconds(180)
    while true {
      let result = try await Programs.run("weir", ["db", "up", "--directory", data.string])
      if result.status == 0 { return }
      guard ContinuousClock.now < end else { throw NotUp(words: result.errors) }
      try await Task.sleep(for: .milliseconds(100))
    }
  }

  /// The server did not start, or its disk cannot be had; what was said of it.
  public struct NotUp: Error { var words: String }

  /// Fills the disk but for so many bytes, or makes it free again.
  ///
  /// - Parameter bytes: What is left; nil for all.
  /// - Throws: ``NotUp``.
  public func fill(leaving bytes: Int?) async throws {
    let ballast = folder.appending("disk/ballast")
    guard let bytes else { return try FileManager.default.removeItem(atPath: ballast.string) }
    let filled = try await Programs.shell(
      "free=$(($(stat -f -c '%a * %S' \(disk)) - \(bytes))); fallocate -l $((free > 4096 ? free : 4096)) \(ballast)"
    )
    guard filled.status == 0 else { throw NotUp(words: filled.errors) }
  }

  /// Its connection string.
  public var url: String { get throws { try EmbeddedAddress(directory: data).connectionString } }

  /// A session; waits for a server that is recovering.
  ///
  /// - Returns: A session of its first user.
  /// - Throws: `PostgresError`.
  public func connect() async throws -> Connection {
    let end = ContinuousClock.now + .seconds(180)
    while true {
      do {
        return try Connection(to: .url(Secret(url)), applicationName: "weir test")
      } catch let error as PostgresError where error.isTransient {
        guard ContinuousClock.now < end else { throw error }
        try await Task.sleep(for: .milliseconds(50))
      }
    }
  }

  /// The rows of a statement that may be asked twice, in a session of its own.
  ///
  /// - Parameter sql: The statement.
  /// - Returns: The rows; nil for NULL.
  /// - Throws: `PostgresError`.
  public func query(_ sql: String) async throws -> [[String?]] {
    let end = ContinuousClock.now + .seconds(180)
    while true {
      // A session that was opened before the server noticed what became of it ends, too.
      do {
        var connection = try await connect()
        return try connection.query(sql)
      } catch let error as PostgresError where error.isTransient {
        guard ContinuousClock.now < end else { throw error }
        try await Task.sleep(for: .milliseconds(50))
      }
    }
  }

  /// The server's first process.
  public var postmaster: pid_t { get throws { try EmbeddedAddress(directory: data).processID } }

  /// The server's processes beside the first: those of sessions and its own.
  ///
  /// - Parameter condition: Of `pg_stat_activity`.
  /// - Returns: Their numbers.
  /// - Throws: `PostgresError`.
  public func processes(where condition: String = "true") throws -> [pid_t] {
    var connection = try Connection(to: .url(Secret(url)), applicationName: "weir test")
    return try connection.query("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND \(condition)")
      .compactMap { $0[0].flatMap { pid_t($0) } }
  }
}
