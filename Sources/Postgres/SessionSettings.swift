/// What every session is put under, whatever the server's own defaults are.
enum SessionSettings {
  /// Name and value. A setting that a server does not know yet is left out, so the statement works on every version.
  static let values: [(name: String, value: String)] = [
    // Times are written and read in UTC and ISO form, and a double with every digit it needs.
    ("TimeZone", "UTC"), ("DateStyle", "ISO, YMD"), ("extra_float_digits", "1"),
    ("standard_conforming_strings", "on"),
    // Every name here carries its schema. pg_temp comes last, or a temporary table could stand in for a real one.
    ("search_path", "pg_catalog, pg_temp"),
    // A merge holds its locks for about a second, so 30 of them in a row are a lock that nobody will release soon. Where merges wait
    // for each other's rows they have more patience.
    ("lock_timeout", "30s"),
    // A program that is stopped in the middle of a transaction must not hold its locks for ever.
    ("idle_in_transaction_session_timeout", "60s"),
    // Without this the server goes on with the statement of a client that was killed. PostgreSQL 14 and later.
    ("client_connection_check_interval", "1s"),
    ("client_min_messages", "warning"),
  ]

  static func statement(_ limits: SessionLimits) -> String {
    let time = limits.statement.map { "\(Int($0 / .milliseconds(1)))ms" } ?? "0"
    let rows = (values + [("statement_timeout", time)]).map {
      "(\(Literal.quoted($0.name)), \(Literal.quoted($0.value)))"
    }.joined(separator: ", ")
    return """
      SELECT pg_catalog.set_config(v.name, v.value, false) FROM (VALUES \(rows)) AS v (name, value)
      WHERE pg_catalog.current_setting(v.name, true) IS NOT NULL
      """
  }
}
