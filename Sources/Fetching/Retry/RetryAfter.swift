/// How long a vendor asks to be left alone. Source: RFC 9110 §10.2.3.
enum RetryAfter {
  /// Reads the header: whole seconds, or a date. Nil when it is neither; a date that is over is no wait at all.
  ///
  /// `date` is the answer's own `Date`, so that the clocks of vendor and client need not agree; `now`, in seconds since
  /// 1970, serves for an answer without one.
  static func parse(_ text: String, date: String?, now: Int) -> Duration? {
    let text = text.trimmed
    if !text.isEmpty, text.utf8.allSatisfy(\.isDigit) {
      return Int(text).map { .seconds(min($0, secondsMax)) } ?? .seconds(secondsMax)
    }
    guard let until = HTTPDate.seconds(text) else { return nil }
    let from = date.flatMap { HTTPDate.seconds($0) } ?? now
    return .seconds(min(max(0, until - from), secondsMax))
  }

  /// Longer than any budget of a request; a larger number means the same.
  private static let secondsMax = 30 * 86_400
}

extension String {
  /// Without white space at its ends.
  var trimmed: String {
    let bytes = Array(utf8)
    let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
    guard let first = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return String(decoding: bytes[first...last], as: UTF8.self)
  }
}
