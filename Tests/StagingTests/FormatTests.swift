import JSONText
import PipelineConfig
import Postgres
import TestSupport
import Testing

/// Writings that a column names: what each takes, as it is handed on, and what PostgreSQL then has.
@Suite(.postgres)
struct FormatTests {
  struct Row: CustomStringConvertible, Sendable {
    var type: String
    var format: String
    var value: String
    /// As PostgreSQL shows it in UTC; nil when the record is put aside.
    var meaning: String?
    var description: String { "\(type) \(format) \(value)" }

    init(_ type: String, _ format: String, _ value: String, _ meaning: String?) {
      (self.type, self.format, self.value, self.meaning) = (type, format, value, meaning)
    }
  }

  static let moments: [Row] = [
    Row("timestamptz", "unix_date", #""Tue Jan 01 00:00:00 EST 2013""#, "2013-01-01 05:00:00+00"),
    Row("timestamptz", "unix_date", #""Tue Jan  1 00:00:00 EDT 2013""#, "2013-01-01 04:00:00+00"),
    Row("timestamptz", "unix_date", #""Tue Jan 01 00:00:00 GMT+05:30 2013""#, "2012-12-31 18:30:00+00"),
    Row("timestamptz", "unix_date", #""Tue Jan 01 00:00:00 IST 2013""#, nil),
    Row("timestamptz", "unix_date", #""Tue Feb 29 00:00:00 EST 2013""#, nil),
    Row("timestamptz", "unix_date", #""2013-01-01T00:00:00Z""#, nil),
    Row("timestamptz", "rfc1123", #""Tue, 01 Jan 2013 05:00:00 GMT""#, "2013-01-01 05:00:00+00"),
    Row("timestamptz", "rfc1123", #""1 Jan 2013 05:00:00 -0500""#, "2013-01-01 10:00:00+00"),
    Row("timestamptz", "rfc1123", #""Tuesday, 01-Jan-13 05:00:00 GMT""#, nil),
    Row("timestamptz", "rfc1123", #""Tue, 32 Jan 2013 05:00:00 GMT""#, nil),
    Row("timestamptz", "epoch_s", "0", "1970-01-01 00:00:00+00"),
    Row("timestamptz", "epoch_s", "-0.5", "1969-12-31 23:59:59.5+00"),
    Row("timestamptz", "epoch_s", #""1357016400.25""#, "2013-01-01 05:00:00.25+00"),
    Row("timestamptz", "epoch_s", "253402300799", "9999-12-31 23:59:59+00"),
    Row("timestamptz", "epoch_s", "253402300800", nil),
    Row("timestamptz", "epoch_s", "-62135596800", "0001-01-01 00:00:00+00"),
    Row("timestamptz", "epoch_s", "-62135596801", nil), Row("timestamptz", "epoch_s", "1e9", nil),
    Row("timestamptz", "epoch_s", "true", nil), Row("timestamptz", "epoch_s", #""""#, nil),
    Row("timestamptz", "epoch_ms", "1357016400123", "2013-01-01 05:00:00.123+00"),
    Row("timestamptz", "epoch_ms", "-1", "1969-12-31 23:59:59.999+00"),
    Row("timestamptz", "epoch_ms", "99999999999999999999", nil),
    Row("timestamptz", "dotnet", #""/Date(1357016400000)/""#, "2013-01-01 05:00:00+00"),
    Row("timestamptz", "dotnet", #""\/Date(1357016400000-0500)\/""#, "2013-01-01 05:00:00+00"),
    Row("timestamptz", "dotnet", #""/Date(-1)/""#, "1969-12-31 23:59:59.999+00"),
    Row("timestamptz", "dotnet", #""/Date()/""#, nil), Row("timestamptz", "dotnet", "1357016400000", nil),
    Row("date", "unix_date", #""Tue Jan 01 00:00:00 EST 2013""#, "2013-01-01"),
    Row("date", "unix_date", #""Mon Dec 31 23:00:00 PST 2012""#, "2012-12-31"),
    Row("date", "rfc1123", #""Tue, 01 Jan 2013 05:00:00 GMT""#, "2013-01-01"),
    Row("date", "epoch_s", "1357016399", "2013-01-01"), Row("date", "epoch_ms", "-1", "1969-12-31"),
    Row("date", "dotnet", #""/Date(1357016399000-0700)/""#, "2012-12-31"),
    Row("date", "iso", #""2013-01-01T23:59:59-05:00""#, "2013-01-01"),
  ]

  static let numbers: [Row] = [
    Row("numeric", "money", #""$1,234.50""#, "1234.50"), Row("numeric", "money", #""-$0.05""#, "-0.05"),
    Row("numeric", "money", #""($1,234,567)""#, "-1234567"), Row("numeric", "money", #""USD 12""#, "12"),
    Row("numeric", "money", #""12 CAD""#, "12"), Row("numeric", "money", #""€\u00a05""#, "5"),
    Row("numeric", "money", "12.50", "12.50"), Row("numeric", "money", #""007.10""#, "7.10"),
    Row("numeric", "money", #""1,23""#, nil), Row("numeric", "money", #""1.234,50""#, nil),
    Row("numeric", "money", #""$""#, nil), Row("numeric", "money", #""$1$""#, nil),
    Row("numeric", "money", #""12.""#, nil), Row("numeric", "money", #"".5""#, nil),
    Row("numeric", "money", #""1,234,56""#, nil), Row("numeric", "money", #""call us""#, nil),
    Row("numeric", "money", #""--5""#, nil), Row("numeric", "money", #""1,,234""#, nil),
    Row("numeric", "money_comma", #""1.234,50 €""#, "1234.50"),
    Row("numeric", "money_comma", #""1 234 567,5""#, "1234567.5"),
    Row("numeric", "money_comma", #""1'234,50 CHF""#, "1234.50"), Row("numeric", "money_comma", #""1,234.50""#, nil),
    Row("numeric", "money_comma", #""1.234 567""#, nil),
    Row("integer", "money", #""$350,000""#, "350000"), Row("integer", "money", #""$350,000.50""#, nil),
    Row("integer", "money", #""$3,000,000,000""#, nil), Row("bigint", "money", #""$3,000,000,000.00""#, "3000000000"),
    Row("double", "money", #""$1,234.5""#, "1234.5"), Row("boolean", "yes_no", #""Y""#, "true"),
    Row("boolean", "yes_no", #""no""#, "false"), Row("boolean", "yes_no", "true", "true"),
    Row("boolean", "yes_no", #""maybe""#, nil),
  ]

  static let others: [Row] = [
    Row("time", "12h", #""9:30 AM""#, "09:30:00"), Row("time", "12h", #""12:00:01 am""#, "00:00:01"),
    Row("time", "12h", #""12 PM""#, "12:00:00"), Row("time", "12h", #""11:59:59.5pm""#, "23:59:59.5"),
    Row("time", "12h", #""0:30 AM""#, nil), Row("time", "12h", #""13:00 PM""#, nil),
    Row("time", "12h", #""09:30""#, nil),
    Row("interval", "seconds", "90.5", "00:01:30.5"), Row("interval", "seconds", #""-3600""#, "-01:00:00"),
    Row("interval", "milliseconds", "-1", "-00:00:00.001"), Row("interval", "milliseconds", "90061001", "25:01:01.001"),
    Row("interval", "seconds", "999999999999", "277777777:46:39"), Row("interval", "seconds", "1000000000000", nil),
    Row("interval", "seconds", "1e3", nil), Row("interval", "milliseconds", #""1s""#, nil),
    Row("bytea", "base64url", #""_-8""#, "\\xffef"), Row("bytea", "base64url", #""_-8=""#, "\\xffef"),
    Row("bytea", "base64url", #""/+8=""#, nil), Row("bytea", "hex", #""\\x00FF""#, "\\x00ff"),
    Row("bytea", "hex", #""0x00ff""#, "\\x00ff"), Row("bytea", "hex", #""abc""#, nil),
    Row("bytea", "hex", #""zz""#, nil),
    Row("text[]", "comma", #""red, green,blue , ""#, "{red,green,blue}"), Row("text[]", "comma", #""""#, "{}"),
    Row("text[]", "comma", #"["a,b"]"#, #"{"a,b"}"#), Row("text[]", "comma", "7", nil),
  ]

  @Test("a writing is read, and PostgreSQL has what the vendor meant", arguments: moments + numbers + others)
  func meaning(row: Row) throws {
    let trial = try StageTrial(#""v": {"type": "\#(row.type)", "format": "\#(row.format)"}"#)
    let done = try trial.stage([StageTrial.line(1, "\"v\":\(row.value)"), StageTrial.line(2)])
    guard let meaning = row.meaning else {
      let rejected = try #require(done.rejected.first, "\(done.texts)")
      #expect(done.texts.count == 1 && rejected["field"]?.text == "/v", "\(rejected)")
      #expect(rejected["reason"]?.text?.hasPrefix("column v: ") == true)
      return
    }
    let type = try #require(ColumnType(rawValue: row.type))
    let staged = try JSONValue(parsing: try #require(done.texts.first, "\(done.rejected)"))
    var connection = try #require(TestDatabase.current).connect()
    try connection.query("SET TimeZone = 'UTC'")
    let text = Parameter.text(of: try #require(staged["v"]), as: type)
    #expect(try connection.query("SELECT ($1::text)::\(type.sqlName)::text", parameters: [text]) == [[meaning]])
  }

  @Test("every writing that a type has is in the table above, and is read there at least once")
  func all() {
    let rows = Self.moments + Self.numbers + Self.others
    for type in ColumnType.allCases {
      for format in type.formats.dropFirst() {
        let own = rows.filter { $0.type == type.rawValue && $0.format == format.rawValue }
        let isShared = type.formats.contains(.money)
        #expect(isShared || own.contains { $0.meaning != nil }, "\(type) \(format)")
      }
    }
  }
}
