extension Connection {
  /// Runs `body` inside the transaction that is open, with joins by hash or by merging alone.
  ///
  /// For joins with a table that has just been filled: without statistics the planner takes it for small, and looks up, or through,
  /// the other one for each of its rows.
  ///
  /// - Throws: What `body` throws, ``PostgresError``. When it throws the setting stays, to the end of the transaction or savepoint.
  public mutating func joiningByHash<Value>(
    _ body: (inout Connection) throws -> Value
  ) throws -> Value {
    try executeScript("SET LOCAL enable_nestloop = off", while: "prepare a join")
    let value = try body(&self)
    try executeScript("SET LOCAL enable_nestloop TO DEFAULT", while: "end a join")
    return value
  }
}
