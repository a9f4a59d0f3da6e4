import PipelineConfig
import TestSupport
import Testing

/// Every column type, from the vendor's record through the three programs into a table and back.
@Suite(.postgres, .timeLimit(.minutes(5)))
struct ColumnTypeTests {
  /// Values at the edges of each type, and how PostgreSQL shows them.
  static let edges: [(type: ColumnType, values: [(String, String?)])] = [
    (.text, [(#""""#, ""), (#""a\tb\\.\n\u0001😀""#, "a\tb\\.\n\u{1}😀"), (#""\\N""#, "\\N")]),
    (.integer, [("-2147483648", "-2147483648"), ("2147483647", "2147483647"), ("-0", "0")]),
    (.bigint, [("-9223372036854775808", "-9223372036854775808"), ("9223372036854775807", "9223372036854775807")]),
    (
      .numeric,
      [
        ("0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"),
        ("1e-20", "0.00000000000000000001"),
      ]
    ),
    (.double, [("5e-324", "5e-324"), ("-1.7976931348623157e308", "-1.7976931348623157e+308")]),
    (.boolean, [("true", "true"), (#""FALSE""#, "false")]),
    (.date, [(#""0001-01-01""#, "0001-01-01"), (#""9999-12-31""#, "9999-12-31")]),
    (.time, [(#""00:00""#, "00:00:00"), (#""24:00:00""#, "24:00:00"), (#""23:59:59.999999""#, "23:59:59.999999")]),
    (
      .timestamptz,
      [
        (#""0001-01-01T00:00:00Z""#, "0001-01-01 00:00:00+00"),
        (#""9999-12-31T23:59:59.999999Z""#, "9999-12-31 23:59:59.999999+00"),
      ]
    ),
    (
      .interval,
      [(#""P99999999Y""#, "99999999 years"), (#""-PT0.000001S""#, "-00:00:00.000001"), (#""PT0S""#, "00:00:00")]
    ),
    (.uuid, [(#""FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF""#, "ffffffff-ffff-ffff-ffff-ffffffffffff")]),
    (.inet, [(#""0.0.0.0/0""#, "0.0.0.0/0"), (#""::/0""#, "::/0"), (#""255.255.255.255""#, "255.255.255.255/32")]),
    (.bytea, [(#""""#, "\\x"), (#""AP8KCVw=""#, "\\x00ff0a095c")]),
    (
      .textArray,
      [("[]", "{}"), (#"["",null,"NULL","a\"\\\t\n,{}"]"#, "{\"\",NULL,\"NULL\",\"a\\\"\\\\\t\n,{}\"}")]
    ),
    (.jsonb, [(#"{"a":[1.50,"\u00e9\\u0000\t"]}"#, #"{"a": [1.50, "é\\u0000\t"]}"#), ("[]", "[]"), (#""""#, #""""#)]),
  ]

  @Test("values at the edges of every type are in the table as the vendor said them, and a null is a null")
  func edges() async throws {
    #expect(Set(Self.edges.map(\.type)) == Set(ColumnType.allCases))
    func name(_ type: ColumnType) -> String { "v_\(ColumnType.allCases.firstIndex(of: type) ?? 0)" }
    let load = try await SpoolLoad(
      columns: Self.edges.map { "\"\(name($0.type))\": \"\($0.type.rawValue)\"" }.joined(separator: ", "),
      table: Self.edges.map { "\(name($0.type)) \($0.type.sqlName)" }.joined(separator: ", ")
    )
    let rows = Self.edges.flatMap { edge in edge.values.map { (edge.type, $0.0, $0.1) } }
    var records = rows.enumerated().map { #"{"id":\#($0),"\#(name($1.0))":\#($1.1)}"# }
    records.append("{\"id\":\(rows.count)}")
    try load.publish(records)
    try await load.load()
    #expect(try await load.shell("ls spool/items/rejected 2>/dev/null").output == "")
    for (id, row) in rows.enumerated() {
      let read = try load.query("SELECT \(name(row.0))::text FROM item WHERE id = \(id)")
      #expect(read == [[row.2]], "\(row.0) \(row.1)")
    }
    let all = Self.edges.map { name($0.type) }.joined(separator: ", ")
    #expect(try load.query("SELECT num_nulls(\(all)) FROM item WHERE id = \(rows.count)") == [["\(Self.edges.count)"]])

    // The same again, nothing new; then a change arrives.
    try load.publish(records, run: "20261121T000000Z-aaaa")
    try await load.load()
    #expect(try load.query("SELECT count(*) FROM item") == [["\(records.count)"]])
    let changed = records.count - 1
    try load.publish(
      [#"{"id":\#(changed),"\#(name(.bytea))":"/w==","\#(name(.textArray))":["x"]}"#],
      run: "20261122T000000Z-aaaa"
    )
    try await load.load()
    let read = try load.query("SELECT \(name(.bytea))::text, \(name(.textArray))::text FROM item WHERE id = \(changed)")
    #expect(read == [["\\xff", "{x}"]])
  }
}
