/// How long a session waits for its server.
///
/// The server's own time-outs end what works too long. They do not help against a server that has stopped working: a
/// process that is halted, a machine that is gone, a COPY that is not read any more (`statement_timeout` does not fire
/// while COPY waits for the client). So the client looks at the clock, too, and gives the connection up.
public struct SessionLimits: Equatable, Sendable {
  /// For one statement, at the server; nil for as long as it takes. The client gives up ``grace`` later.
  public var statement: Duration?
  /// For the server to take one piece of a COPY, or to end it where nothing else is to be done at its end.
  public var copy: Duration

  /// For notes about work that has been done: a server that stands still holds nothing else up for long.
  public static let notes = SessionLimits(statement: .seconds(30))

  public init(statement: Duration? = nil, copy: Duration = .seconds(60)) {
    self.statement = statement
    self.copy = copy
  }

  /// What the server's own word of a time-out may take to arrive.
  static let grace = Duration.seconds(10)
}
