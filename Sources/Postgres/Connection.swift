internal import CLibPQ
internal import Telemetry

/// One session with the server.
///
/// Not copyable, so there is exactly one owner and one `PQfinish`. Every operation is `mutating`: the compiler then
/// refuses a second statement while a COPY is open, which libpq would only report at run time.
///
/// Every call waits for the server in the calling thread: for the synchronous programs that is what is wanted; async
/// code that must not wait gives the connection a thread of its own.
@safe
public struct Connection: ~Copyable {
  let handle: OpaquePointer
  /// Told of each statement how long it took, and whether it failed; a COPY with all its rows is one.
  public var observer: (@Sendable (Duration, _ isFailed: Bool) -> Void)?
  let watch: Watch
  let limits: SessionLimits

  /// Opens a session, waits until the server has accepted it, and puts it under the settings of ``SessionSettings``.
  ///
  /// - Throws: ``PostgresError``: not reached (75), refused (77), no such database or a URL that is none (78).
  public init(
    to target: DatabaseTarget,
    applicationName: String,
    limits: SessionLimits = SessionLimits()
  ) throws(PostgresError) {
    self.limits = limits
    (unsafe handle, watch) = try unsafe Connector.open(target, applicationName: applicationName, limits)
  }

  deinit {
    watch.close()
    unsafe PQfinish(handle)
  }

  /// Runs one statement and returns its rows as text; `nil` is SQL NULL.
  ///
  /// `parameters` are for `$1`, `$2`, … as text; `activity` is what this is for, in the words that an error will carry.
  @discardableResult
  public mutating func query(
    _ sql: String,
    parameters: [String?] = [],
    while activity: String = "query"
  ) throws(PostgresError) -> [[String?]] {
    try run(sql, parameters: parameters, while: activity).textRows()
  }

  /// Runs one statement and returns how many rows it touched; 0 for a statement that counts none.
  @discardableResult
  public mutating func execute(
    _ sql: String,
    parameters: [String?] = [],
    while activity: String = "execute"
  ) throws(PostgresError) -> Int {
    try run(sql, parameters: parameters, while: activity).affectedRows ?? 0
  }

  /// Runs several statements in one text, without parameters and without rows, as a migration file has them.
  ///
  /// The server runs them as one transaction unless the text has its own or one is open already.
  public mutating func executeScript(_ sql: String, while activity: String) throws(PostgresError) {
    try requireNoNUL(sql, while: activity)
    let began = ContinuousClock.now
    let result = watch.within(statementLimit) { unsafe QueryResult(PQexec(handle, sql)) }
    observe(result, since: began)
    if let failure = result.failure(while: activity, lost: lastMessage) { throw failure }
  }

  /// Runs `body` in a transaction: committed when it returns, rolled back when it throws.
  public mutating func transaction<Value, Failure: Error>(
    _ body: (inout Connection) throws(Failure) -> Value
  ) throws -> Value {
    try query("BEGIN", while: "begin a transaction")
    let value: Value
    do {
      value = try body(&self)
    } catch {
      // When the connection is gone the server has rolled back by itself; the first error is the one that tells why.
      _ = try? query("ROLLBACK", while: "roll back")
      throw error
    }
    try commit()
    return value
  }

  /// The session is of no more use: the server or the network went away.
  public var isBroken: Bool { unsafe PQstatus(handle) != CONNECTION_OK }

  /// COMMIT of a transaction in which a statement failed succeeds with the tag ROLLBACK; that must not pass for done.
  private mutating func commit() throws(PostgresError) {
    let result = try run("COMMIT", parameters: [], while: "commit")
    let tag = result.commandTag
    guard tag == "COMMIT" else {
      throw PostgresError("the server answered \(tag)", while: "commit", exitStatus: .software)
    }
  }

  private mutating func run(
    _ sql: String,
    parameters: [String?],
    while activity: String
  ) throws(PostgresError) -> QueryResult {
    for text in parameters { try requireNoNUL(text ?? "", while: activity) }
    try requireNoNUL(sql, while: activity)
    let began = ContinuousClock.now
    let result = watch.within(statementLimit) {
      unsafe QueryResult(
        Parameters.withCStrings(parameters) { values in
          unsafe PQexecParams(handle, sql, Int32(parameters.count), nil, values, nil, nil, 0)
        }
      )
    }
    observe(result, since: began)
    if let failure = result.failure(while: activity, lost: lastMessage) { throw failure }
    return result
  }

  private func observe(_ result: borrowing QueryResult, since began: ContinuousClock.Instant) {
    observer?(ContinuousClock.now - began, !result.isSuccess)
  }

  /// libpq takes C strings: a NUL would end the text early, and a shorter statement is another statement.
  private func requireNoNUL(_ text: String, while activity: String) throws(PostgresError) {
    guard text.utf8.contains(0) else { return }
    throw PostgresError(
      "a text with a NUL in it, which PostgreSQL cannot hold",
      while: activity,
      exitStatus: .dataError
    )
  }

  /// Why the connection is gone, when there is no word of the server's.
  var lastMessage: String {
    if let complaint = watch.complaint { return complaint }
    return unsafe String(cString: PQerrorMessage(handle))
  }

  var statementLimit: Duration? { limits.statement.map { $0 + SessionLimits.grace } }
}

// Sound: libpq allows a connection to be used from any thread, one thread at a time, and the type is noncopyable: one value
// owns the handle, and what is sent to another thread can no longer be used by the sender.
extension Connection: @unchecked Sendable {}
