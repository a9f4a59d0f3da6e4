internal import Glibc
public import Postgres
internal import Synchronization
internal import Telemetry
public import Testing

/// A database that belongs to one test case.
public struct TestDatabase: Sendable {
  public let name: String
  /// For a program under test: what its `DATABASE_URL` should be.
  public let url: String

  /// The database of the running test case, under the trait `.postgres`.
  @TaskLocal public static var current: TestDatabase?

  /// The environment variable that says where a server is: a libpq URL or connection string to a database that is there
  /// already, with the right to create others.
  public static let variable = "WEIR_TEST_DATABASE"

  /// A session in which unqualified names are those of `public`.
  ///
  /// - Throws: ``PostgresError``.
  public func connect() throws(PostgresError) -> Connection {
    var connection = try Connection(to: target, applicationName: "weir test")
    try connection.query("SET search_path = public, pg_catalog, pg_temp")
    return connection
  }

  public var target: DatabaseTarget { .url(Secret(url)) }

  /// This database's URL with one libpq keyword set to another value: another user, another database.
  public func address(_ keyword: String, _ value: String) -> String { Self.address(url, keyword, value) }
}

extension TestDatabase {
  /// Emptied databases of cases that have ended: to make and drop one costs the server a checkpoint and half a second.
  private static let free = Mutex<[TestDatabase]>([])

  /// A database with nothing in it.
  static func taken() throws -> TestDatabase {
    if let database = free.withLock({ $0.popLast() }) { return database }
    _ = try leftOvers.get()
    return try make()
  }

  /// Empties the database for the next case; one that cannot be emptied is dropped.
  func giveBack() throws {
    do {
      try empty()
      Self.free.withLock { $0.append(self) }
    } catch {
      try drop()
    }
  }

  private func empty() throws {
    var connection = try Connection(to: target, applicationName: "weir test")
    // A program that the test killed may still have its session.
    try connection.query(
      """
      SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()
      """
    )
    try connection.query(
      """
      DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
          EXECUTE format('DROP SCHEMA %I CASCADE', name);
        END LOOP;
        CREATE SCHEMA public AUTHORIZATION pg_database_owner;
        GRANT USAGE ON SCHEMA public TO PUBLIC;
      END $$
      """
    )
  }

  private static func make() throws -> TestDatabase {
    let server = try serverAddress()
    let name = "\(prefix)\(getpid())_\(String(UInt64.random(in: .min ... .max), radix: 36))"
    var connection = try Connection(to: .url(Secret(server)), applicationName: "weir test")
    try connection.query("CREATE DATABASE \(Identifier.quoted(name)) ENCODING 'UTF8' TEMPLATE template0")
    return TestDatabase(name: name, url: address(server, "dbname", name))
  }

  private func drop() throws {
    var connection = try Connection(to: .url(Secret(try Self.serverAddress())), applicationName: "weir test")
    try connection.query("DROP DATABASE IF EXISTS \(Identifier.quoted(name)) WITH (FORCE)")
  }

  private static let prefix = "weir_test_"

  /// What test processes that are no more have left on a server that outlives them; dropped before the first is made.
  private static let leftOvers = Result {
    var connection = try Connection(to: .url(Secret(try serverAddress())), applicationName: "weir test")
    for row in try connection.query("SELECT datname FROM pg_database WHERE starts_with(datname, '\(prefix)')") {
      guard let name = row.first ?? nil, let owner = name.dropFirst(prefix.count).split(separator: "_").first,
        let process = pid_t(owner), kill(process, 0) != 0
      else { continue }
      try connection.query("DROP DATABASE IF EXISTS \(Identifier.quoted(name)) WITH (FORCE)")
    }
  }

  private static func serverAddress() throws(NoTestServer) -> String {
    guard let text = unsafe getenv(variable) else { throw NoTestServer() }
    return unsafe String(cString: text)
  }

  /// The address with one keyword set: in a connection string and in a URL's query the later one has the last word.
  static func address(_ server: String, _ keyword: String, _ value: String) -> String {
    guard server.contains("://") else { return "\(server) \(keyword)=\(value)" }
    return "\(server)\(server.contains("?") ? "&" : "?")\(keyword)=\(value)"
  }
}

/// There is no server to test against.
public struct NoTestServer: Error, CustomStringConvertible {
  public var description: String {
    "\(TestDatabase.variable) names no PostgreSQL server; run the tests with: tools/test"
  }
}

/// Gives each test case a freshly created database, and drops it afterwards.
public struct PostgresTrait: TestTrait, SuiteTrait, TestScoping {
  public let isRecursive = true

  @concurrent public func provideScope(
    for test: Test,
    testCase: Test.Case?,
    performing body: @concurrent @Sendable () async throws -> Void
  ) async throws {
    guard testCase != nil else { return try await body() }
    // Inside another suite with the same trait the case already has its database.
    guard TestDatabase.current == nil else { return try await body() }
    // Such a test waits for its server now and then, as this does; the pool, which all other tests share, has only as many threads
    // as the machine has cores.
    try await withTaskExecutorPreference(WaitingThreads.shared) {
      let database = try TestDatabase.taken()
      do {
        try await TestDatabase.$current.withValue(database) { try await body() }
      } catch {
        try? database.giveBack()
        throw error
      }
      try database.giveBack()
    }
  }
}

extension Trait where Self == PostgresTrait {
  /// A database of its own for every test case, on the server that ``TestDatabase/variable`` names.
  public static var postgres: Self { Self() }
}
