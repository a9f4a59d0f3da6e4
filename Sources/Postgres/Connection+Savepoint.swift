extension Connection {
  /// Runs `body` inside the transaction that is open; when it throws, what it did is undone and the transaction goes on.
  ///
  /// - Throws: What `body` throws, or ``PostgresError`` when the connection is gone.
  public mutating func attempt<Value>(_ body: (inout Connection) throws -> Value) throws -> Value {
    try query("SAVEPOINT weir", while: "set a savepoint")
    do {
      let value = try body(&self)
      try query("RELEASE SAVEPOINT weir", while: "release a savepoint")
      return value
    } catch {
      // Without a connection there is nothing to undo, and the first error tells why.
      guard !isBroken else { throw error }
      try executeScript("ROLLBACK TO SAVEPOINT weir; RELEASE SAVEPOINT weir", while: "go back to a savepoint")
      throw error
    }
  }
}
