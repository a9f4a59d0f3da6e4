internal import CLibPQ
internal import Telemetry

/// The open end of a `COPY … FROM STDIN`. Lives only inside ``Connection/copy(_:while:_:)``.
@safe
public struct CopyWriter: ~Copyable {
  private let handle: OpaquePointer
  private let watch: Watch
  private let limit: Duration
  private let activity: String

  @unsafe init(handle: OpaquePointer, watch: Watch, limit: Duration, activity: String) {
    unsafe self.handle = handle
    self.watch = watch
    self.limit = limit
    self.activity = activity
  }

  /// Sends bytes to the server, best about ``pieceByteCount`` at a time. Rows may straddle calls.
  ///
  /// - Throws: ``PostgresError`` when the connection is gone. A malformed row is reported later, when the COPY ends,
  ///   because the server reads behind us.
  public mutating func write(_ bytes: Span<UInt8>) throws(PostgresError) {
    let status = watch.within(limit) {
      unsafe bytes.withUnsafeBytes { buffer in
        unsafe PQputCopyData(handle, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count))
      }
    }
    guard status == 1 else {
      let words = unsafe String(cString: PQerrorMessage(handle))
      throw PostgresError(watch.complaint ?? words, while: activity)
    }
  }

  /// Bytes worth sending at once. The server begins with a message when it has all of it, so pieces that are too big
  /// make client and server wait for each other: COPY of 200,000 rows of 1 KB took 1.6 s in pieces of 32 KB, 2.4 s of
  /// 256 KB and 2.6 s of 8 KB.
  public static let pieceByteCount = 32 << 10
}

extension Connection {
  /// Streams rows into a table and returns how many the server accepted, as its command tag has it.
  ///
  /// The COPY is ended on every path, completed when `body` returns and cancelled when it throws, so the session is
  /// always usable afterwards. Compare the count with the number of rows sent: a COPY may end early and succeed.
  ///
  /// - Parameters:
  ///   - statement: `COPY … FROM STDIN`.
  ///   - activity: What this is for, in the words that an error will carry.
  ///   - worksAtEnd: The server may work for long when it has all rows: triggers and foreign keys of the table wait for that. It
  ///     has the time of a statement then.
  ///   - body: Writes the rows.
  /// - Returns: How many rows the server accepted.
  /// - Throws: ``PostgresError`` of the server, or what `body` throws. When both happened, the server's: it is why the
  ///   connection took no more.
  public mutating func copy(
    _ statement: String,
    while activity: String,
    worksAtEnd: Bool = false,
    _ body: (inout CopyWriter) throws -> Void
  ) throws -> Int {
    let began = ContinuousClock.now
    var isDone = false
    defer { observer?(ContinuousClock.now - began, !isDone) }
    let opened = watch.within(limits.copy) { unsafe QueryResult(PQexec(handle, statement)) }
    if let failure = opened.failure(while: activity, lost: lastMessage) { throw failure }
    guard opened.status == PGRES_COPY_IN else {
      throw PostgresError("not a COPY FROM STDIN", while: activity, exitStatus: .software)
    }
    var writer = unsafe CopyWriter(handle: handle, watch: watch, limit: limits.copy, activity: activity)
    do {
      try body(&writer)
    } catch {
      _ = watch.within(limits.copy) { unsafe PQputCopyEnd(handle, "cancelled by the client") }
      let server = finishCopy(activity, within: limits.copy).failure
      let isOurCancel = server.map { $0.sqlState == .queryCancelled } ?? true
      throw error is PostgresError && !isOurCancel ? server ?? error : error
    }
    let end = watch.within(limits.copy) { unsafe PQputCopyEnd(handle, nil) }
    guard end == 1 else {
      throw finishCopy(activity, within: limits.copy).failure ?? PostgresError(lastMessage, while: activity)
    }
    let (accepted, failure) = finishCopy(activity, within: worksAtEnd ? statementLimit : limits.copy)
    if let failure { throw failure }
    isDone = true
    return accepted
  }

  /// Reads results until libpq says NULL: the session is busy until then.
  private mutating func finishCopy(
    _ activity: String,
    within limit: Duration?
  ) -> (accepted: Int, failure: PostgresError?) {
    var accepted = 0
    var failure: PostgresError?
    while let pointer = unsafe watch.within(limit, { unsafe PQgetResult(handle) }) {
      let result = unsafe QueryResult(pointer)
      if let refused = result.failure(while: activity, lost: lastMessage) {
        failure = failure ?? refused
        // A lost connection answers with an error for ever in COPY state; the first one says it.
        if isBroken { break }
      }
      accepted += result.affectedRows ?? 0
    }
    return (accepted, failure)
  }
}
