internal import Postgres

/// A table that merge makes for itself in the schema `weir`.
enum MergeTable {
  /// Makes the table if it is not there, and anew when it is of an older pipeline.json: what it was made as is kept as the
  /// table's comment.
  ///
  /// - Parameters:
  ///   - qualified: Its name, quoted, with its schema.
  ///   - definition: What it is made as; another one is another table.
  ///   - create: The statement that makes it.
  ///   - connection: The session.
  /// - Throws: ``PostgresError``.
  static func make(
    _ qualified: String,
    as definition: String,
    by create: String,
    on connection: inout Connection
  ) throws(PostgresError) {
    let activity = "make the table \(qualified)"
    let found = try connection.query(
      "SELECT obj_description(to_regclass($1), 'pg_class')",
      parameters: [qualified],
      while: activity
    )
    if found == [[definition]] { return }
    try connection.executeScript(
      """
      DROP TABLE IF EXISTS \(qualified);
      \(create);
      COMMENT ON TABLE \(qualified) IS \(Literal.quoted(definition));
      """,
      while: activity
    )
  }
}
