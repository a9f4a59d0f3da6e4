internal import CLibPQ
internal import Glibc
internal import Telemetry

/// Opens libpq connections step by step.
///
/// `PQconnectdb` would be one call, but it throws the SQLSTATE of a refusal away, and without it a wrong password and a
/// server that is down differ only in words. Asking libpq for verbose messages before the server has answered puts the
/// code into the message.
enum Connector {
  /// Seconds to wait for a server when the URL names no `connect_timeout`.
  static let secondsMax = 10

  @unsafe static func open(
    _ target: DatabaseTarget,
    applicationName: String,
    _ limits: SessionLimits
  ) throws(PostgresError) -> (OpaquePointer, Watch) {
    let address = try target.connectionString()
    try requireUnderstood(address)
    // The address is expanded at `dbname`: what stands before it is a default, what comes after it has the last word.
    let settings = [
      ("connect_timeout", "\(secondsMax)"), ("keepalives_idle", "30"), ("tcp_user_timeout", "60000"),
      ("dbname", address), ("client_encoding", "UTF8"), ("application_name", applicationName),
    ]
    let started = unsafe Parameters.withCStrings(settings.map(\.0) + [nil]) { names in
      unsafe Parameters.withCStrings(settings.map(\.1) + [nil]) { unsafe PQconnectStartParams(names, $0, 1) }
    }
    guard let handle = unsafe started else {
      throw PostgresError("libpq could not allocate a connection", while: "connect", exitStatus: .software)
    }
    unsafe PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
    // Notices would go to standard error in the server's words and from nobody; errors are what this program reports.
    unsafe PQsetNoticeProcessor(handle, { _, _ in }, nil)
    do throws(PostgresError) {
      try unsafe finish(handle)
    } catch {
      unsafe PQfinish(handle)
      throw error
    }
    let watch = Watch(descriptor: unsafe PQsocket(handle))
    do throws(PostgresError) {
      try unsafe prepare(handle, watch, limits)
    } catch {
      watch.close()
      unsafe PQfinish(handle)
      throw error
    }
    return unsafe (handle, watch)
  }

  /// Puts the session under the settings of ``SessionSettings``.
  @unsafe private static func prepare(
    _ handle: OpaquePointer,
    _ watch: Watch,
    _ limits: SessionLimits
  ) throws(PostgresError) {
    let limit = Duration.seconds(unsafe secondsAllowed(handle))
    let answer = watch.within(limit) { unsafe QueryResult(PQexec(handle, SessionSettings.statement(limits))) }
    let words = unsafe String(cString: PQerrorMessage(handle))
    if let failure = answer.failure(while: "prepare the session", lost: watch.complaint ?? words) { throw failure }
  }

  /// libpq's own message about a URL it cannot read quotes the URL, password and all.
  private static func requireUnderstood(_ address: String) throws(PostgresError) {
    let options = address.utf8.contains(0) ? nil : unsafe PQconninfoParse(address, nil)
    guard let options = unsafe options else {
      throw PostgresError(
        "the database URL cannot be understood",
        while: "connect",
        hint: "write it as postgresql://user@host:5432/database",
        exitStatus: .config
      )
    }
    unsafe PQconninfoFree(options)
  }

  @unsafe private static func finish(_ handle: OpaquePointer) throws(PostgresError) {
    let deadline = ContinuousClock.now + .seconds(unsafe secondsAllowed(handle))
    var state = PGRES_POLLING_WRITING
    while unsafe PQstatus(handle) != CONNECTION_BAD, state != PGRES_POLLING_FAILED {
      let left = deadline - ContinuousClock.now
      let events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT
      var descriptor = pollfd(fd: unsafe PQsocket(handle), events: Int16(events), revents: 0)
      let ready = unsafe poll(&descriptor, 1, Int32(clamping: max(0, Int(left / .milliseconds(1)) + 1)))
      guard ready >= 0 || errno == EINTR else { break }
      guard left > .zero, ready != 0 else {
        throw PostgresError("no answer in time", while: unsafe subject(handle), hint: unreachableHint)
      }
      state = unsafe PQconnectPoll(handle)
      if state == PGRES_POLLING_OK { return }
    }
    throw unsafe refusal(handle)
  }

  /// The URL's own `connect_timeout`, or ours; as in libpq, none at all when it is 0.
  @unsafe private static func secondsAllowed(_ handle: OpaquePointer) -> Int {
    let options = unsafe PQconninfo(handle)
    defer { unsafe PQconninfoFree(options) }
    var option = unsafe options
    while let entry = unsafe option?.pointee, let keyword = unsafe entry.keyword {
      if unsafe String(cString: keyword) == "connect_timeout", let value = unsafe entry.val {
        let seconds = Int(unsafe String(cString: value)) ?? secondsMax
        return seconds <= 0 ? .init(Int32.max) / 1000 : max(2, seconds)
      }
      unsafe option = unsafe option?.successor()
    }
    return secondsMax
  }

  /// The failed connection's last words, with the SQLSTATE where the server spoke: `FATAL:  28P01: password …`.
  @unsafe private static func refusal(_ handle: OpaquePointer) -> PostgresError {
    let text = unsafe String(cString: PQerrorMessage(handle)).firstLine
    let activity = unsafe subject(handle)
    guard let match = text.firstMatch(of: /[A-Z]+: +([0-9A-Z]{5}): (.*)/) else {
      // An empty password where one is asked for is a refusal that libpq makes by itself.
      let needsPassword = unsafe PQconnectionNeedsPassword(handle) == 1
      if text.contains("certificate") || text.contains("SSL") {
        return PostgresError(
          reason(in: text),
          while: activity,
          hint: "see sslmode and sslrootcert in database.url, and the names in the server's certificate",
          exitStatus: .config
        )
      }
      return PostgresError(
        needsPassword ? "the server wants a password" : reason(in: text),
        while: activity,
        hint: needsPassword ? "put the password into database.url, by way of the environment" : unreachableHint,
        exitStatus: needsPassword ? .permission : .temporaryFailure
      )
    }
    return PostgresError(String(match.2), while: activity, sqlState: SQLState(rawValue: String(match.1)))
  }

  /// `connection to server at "db" (10.0.0.1), port 5432 failed: Connection refused`: the subject says the first part.
  private static func reason(in text: String) -> String {
    guard let range = text.firstRange(of: " failed: ") else { return text }
    return String(text[range.upperBound...])
  }

  /// `connect to database "weir" at db:5432 as "me"`: never the URL.
  @unsafe private static func subject(_ handle: OpaquePointer) -> String {
    func text(_ value: UnsafeMutablePointer<CChar>?) -> String { unsafe value.map { unsafe String(cString: $0) } ?? "" }
    let place = unsafe [text(PQhost(handle)), text(PQport(handle))].filter { !$0.isEmpty }.joined(separator: ":")
    return unsafe "connect to database \"\(text(PQdb(handle)))\" at \(place) as \"\(text(PQuser(handle)))\""
  }

  private static let unreachableHint = "see that the server is up and that database.url names it"
}
