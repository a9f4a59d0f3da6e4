internal import JSONText

/// Numbers and times as headers write them.
enum RateNumber {
  static func number(_ text: String) -> Double? {
    let text = text.trimmed
    guard !text.isEmpty, text.utf8.allSatisfy({ $0.isDigit || "+-.eE".utf8.contains($0) }) else { return nil }
    return Double(text).flatMap { $0.isFinite ? $0 : nil }
  }

  /// What is left: a number, a list whose first is meant, or a percentage, of which less than one is nothing.
  static func share(_ text: String) -> Double? {
    let first = text.split(separator: ",").first.map { String($0).trimmed } ?? ""
    return number(first.hasSuffix("%") ? String(first.dropLast()) : first)
  }

  /// Seconds from now: a number of seconds, a moment in seconds or milliseconds since 1970, `1m30s`, or a date. Never
  /// negative; nil when it is none of these.
  static func reset(_ text: String, now: Double) -> Double? {
    let text = text.trimmed
    if let number = number(text) {
      guard number >= 0 else { return nil }
      // Nobody asks for a wait of thirty years, and no moment of interest lies in 1970 to 2001.
      if number >= 1e12 { return max(0, number / 1000 - now) }
      if number >= 1e9 { return max(0, number - now) }
      return number
    }
    if let moment = HTTPDate.seconds(text).map(Double.init) ?? Timestamp(text).map({ Double($0.seconds) }) {
      return max(0, moment - now)
    }
    return span(text)
  }

  /// `6m0s`, `500ms`, `1h`.
  private static func span(_ text: String) -> Double? {
    var (rest, sum) = (Substring(text), 0.0)
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(unit.count)
      let factors = ["ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400]
      guard let number = Double(digits), let factor = factors[String(unit)] else { return nil }
      sum += number * factor
    }
    return sum
  }
}
