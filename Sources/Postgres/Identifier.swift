/// Names of tables and columns in the text of a statement. Values never go there: they are parameters or COPY data.
public enum Identifier {
  /// The name between double quotes, inner quotes doubled, so that it is one identifier whatever it holds.
  ///
  /// - Precondition: No NUL, and at most 63 bytes: PostgreSQL would cut the rest, and two tables would become one.
  ///   pipeline.json is checked for both.
  public static func quoted(_ name: String) -> String {
    precondition(!name.utf8.contains(0) && name.utf8.count <= byteCountMax && !name.isEmpty)
    return "\"" + name.replacing("\"", with: "\"\"") + "\""
  }

  /// `"schema"."name"`: a name with its schema cannot be captured by another one on the search path.
  public static func qualified(_ schema: String, _ name: String) -> String { "\(quoted(schema)).\(quoted(name))" }

  /// Longest identifier in bytes. Source: PostgreSQL documentation, 4.1.1, NAMEDATALEN - 1.
  public static let byteCountMax = 63
}

/// A text constant in a statement, for the few places that take no parameter, such as `COMMENT ON`.
public enum Literal {
  /// - Precondition: No NUL.
  public static func quoted(_ text: String) -> String {
    precondition(!text.utf8.contains(0))
    // standard_conforming_strings is on in every session here, so a backslash is itself.
    return "'" + text.replacing("'", with: "''") + "'"
  }

  /// An array of numbers, for a parameter.
  public static func array(_ numbers: [some BinaryInteger]) -> String {
    "{\(numbers.map { "\($0)" }.joined(separator: ","))}"
  }
}
