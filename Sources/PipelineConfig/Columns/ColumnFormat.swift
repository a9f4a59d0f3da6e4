internal import JSONText

/// How a vendor writes a column's values; the raw value is the name in `pipeline.json`.
///
/// Each type has its own, see ``ColumnType/formats``.
public enum ColumnFormat: String, CaseIterable, Sendable {
  /// JSON's own writing.
  case plain
  /// `$1,234.50`, `USD 1,234.50`, `(1,234.50)`: the point before the fraction, commas between thousands.
  case money
  /// `1.234,50 €`, `1 234,50`: the comma before the fraction, points or spaces between thousands.
  case moneyComma = "money_comma"
  /// `Y` and `N`, `yes` and `no`, in any case.
  case yesNo = "yes_no"
  case iso
  case rfc1123
  case unixDate = "unix_date"
  case epochSeconds = "epoch_s"
  case epochMilliseconds = "epoch_ms"
  case dotNet = "dotnet"
  /// `9:30 AM`.
  case twelveHours = "12h"
  /// An interval as its number of seconds.
  case seconds
  case milliseconds
  /// RFC 4648 §4, padded.
  case base64
  /// RFC 4648 §5, padded or not.
  case base64URL = "base64url"
  /// Two hexadecimal digits a byte, also behind `\x` or `0x`.
  case hex
  /// An array of JSON.
  case json
  /// `red, green, blue`.
  case comma

  /// The same, for what is a moment; nil for anything else.
  var moment: MomentFormat? { MomentFormat(rawValue: rawValue) }
}
