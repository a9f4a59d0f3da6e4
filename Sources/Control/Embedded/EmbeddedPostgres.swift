internal import Glibc
internal import Postgres
public import SystemPackage
internal import Telemetry

/// A private PostgreSQL server: data directory of its own, reachable through a unix socket only.
///
/// For a first try, for tests and for one machine. It trusts whoever reaches the socket, and the socket's folder lets
/// nobody but the server's own user and root in.
public struct EmbeddedPostgres: Sendable {
  /// The data directory, or a link to it.
  public let directory: FilePath
  private let owner: ServerOwner

  /// - Parameter directory: Where the data directory is or shall be; made absolute against the working directory.
  /// - Throws: ``EmbeddedPostgresError`` when this is root and there is no other user to run a server as.
  public init(directory: FilePath) throws(EmbeddedPostgresError) {
    self.directory = Self.absolute(directory)
    owner = try ServerOwner.suitable()
  }

  /// Makes the server if it is not there, starts it if it is not running, and makes the database if it is not there.
  ///
  /// Safe to call again and to call twice at once.
  ///
  /// - Returns: Where it listens: a libpq connection string.
  /// - Throws: ``EmbeddedPostgresError`` with the server's own last words, or ``PostgresError``.
  public func up() async throws -> String {
    let lock = try ServerLock(beside: directory)
    defer { lock.release() }
    if !(await isRunning()) { try await start() }
    let address = try EmbeddedAddress(directory: directory)
    try createDatabase(address)
    return address.connectionString
  }

  /// Stops the server when it runs; open sessions are ended.
  ///
  /// - Returns: Whether there was anything to stop.
  /// - Throws: ``EmbeddedPostgresError``.
  @discardableResult
  public func down() async throws -> Bool {
    guard directory.isDirectory else { return false }
    let lock = try ServerLock(beside: directory)
    defer { lock.release() }
    guard await isRunning() else { return false }
    let programs = try ServerPrograms.suiting(directory)
    try await owner.run(
      programs.control,
      ["-D", dataDirectory, "-m", "fast", "-w", "stop"],
      step: "stop the server"
    )
    unsafe rmdir(socketDirectory.string)
    return true
  }

  /// Whether a server runs on this data directory.
  public func isRunning() async -> Bool {
    guard let programs = try? ServerPrograms.suiting(directory) else { return false }
    // pg_ctl looks whether the process in postmaster.pid lives and is a server's; 3 and 4 say no.
    return (try? await owner.run(programs.control, ["-D", dataDirectory, "status"], step: "look for it")) != nil
  }

  private func start() async throws {
    let programs = try ServerPrograms.suiting(directory)
    try await makeDataDirectory(programs)
    try owner.makeFolder(socketDirectory)
    let options = (Self.settings + [("unix_socket_directories", socketDirectory.string)])
      .map { "-c \($0.0)=\($0.1)" }.joined(separator: " ")
    try await owner.run(
      programs.control,
      ["-D", dataDirectory, "-l", log.string, "-w", "-t", "60", "-o", options, "start"],
      step: "start the server (its log: \(log))"
    )
  }

  private func makeDataDirectory(_ programs: ServerPrograms) async throws {
    guard !directory.appending("PG_VERSION").isFile else { return }
    try await DataFolder(directory: directory, owner: owner, nameHash: nameHash).make()
    try await owner.run(
      programs.initialize,
      // C.UTF-8: text compares by its bytes, the same on every machine. Not syncing here is safe: a server that was
      // never started holds nothing yet.
      [
        "-D", dataDirectory, "--username", EmbeddedAddress.role, "--auth", "trust", "--encoding", "UTF8",
        "--locale", "C.UTF-8", "--no-sync",
      ],
      step: "make the data directory"
    )
  }

  private func createDatabase(_ address: EmbeddedAddress) throws(PostgresError) {
    let server = "\(address.connectionString) dbname=postgres"
    var connection = try Connection(to: .url(Secret(server)), applicationName: "weir db up")
    let name = EmbeddedAddress.database
    let found = try connection.query("SELECT FROM pg_database WHERE datname = $1", parameters: [name])
    // The role has the name of Weir's own schema, and without this a person's CREATE TABLE would land in there.
    try connection.query("ALTER ROLE \(Identifier.quoted(EmbeddedAddress.role)) SET search_path = public")
    if found.isEmpty {
      try connection.query("CREATE DATABASE \(Identifier.quoted(name))", while: "create the database")
    }
  }
}

extension EmbeddedPostgres {
  /// Name and value of what differs from the server's defaults.
  private static let settings = [
    // Unix socket only.
    ("listen_addresses", "''"),
    // The default of 128 MB is a guess for 1990s machines; staging tables of 16 MB each should stay in memory.
    ("shared_buffers", "256MB"),
    // Each worker of merge has a connection of its own, and several feeds may run at once; idle ones cost nothing.
    ("max_connections", "300"),
    // 1 GB of WAL makes a checkpoint in the middle of every bulk load.
    ("max_wal_size", "4GB"),
  ]

  /// The socket's path may have 107 bytes, so it is not in the data directory but in a short folder named after it.
  private var socketDirectory: FilePath { FilePath("/tmp/weir-\(nameHash)") }

  /// Without the link: the server's own user may not be able to follow it.
  private var dataDirectory: String {
    guard let path = unsafe realpath(directory.string, nil) else { return directory.string }
    defer { unsafe free(path) }
    return unsafe String(cString: path)
  }

  private var log: FilePath { FilePath(dataDirectory).appending("server.log") }

  /// Eight hex digits of the directory's path: FNV-1a, 32 bits.
  private var nameHash: String {
    var hash: UInt32 = 0x811c_9dc5
    for byte in directory.string.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    return hash.padded(8, radix: 16)
  }

  private static func absolute(_ path: FilePath) -> FilePath {
    guard !path.isAbsolute, let here = unsafe getcwd(nil, 0) else { return path.lexicallyNormalized() }
    defer { unsafe free(here) }
    return FilePath(unsafe String(cString: here)).pushing(path).lexicallyNormalized()
  }
}
