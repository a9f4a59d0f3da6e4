/// Lengths of time and numbers of bytes as people write them.
enum Quantity {
  private static let milliseconds: [(unit: String, factor: Double)] = [
    ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
  ]
  private static let bytes: [(unit: String, factor: Int)] = [
    ("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
  ]

  /// `"0.5s"`, `"10m"`: digits, a decimal point if need be, a unit. Nil for anything else.
  static func duration(_ text: String) -> Duration? {
    guard let (digits, unit) = split(text), let factor = milliseconds.first(where: { $0.unit == unit })?.factor,
      let number = Double(digits), number * factor < maxMilliseconds
    else { return nil }
    return .milliseconds((number * factor).rounded())
  }

  /// `"16MiB"` or plain `"1048576"`: whole numbers. Nil for anything else, and for what no file could hold.
  static func byteCount(_ text: String) -> Int? {
    guard let (digits, unit) = split(text), let number = Int(digits) else { return nil }
    guard let factor = unit.isEmpty ? 1 : bytes.first(where: { $0.unit == unit })?.factor else { return nil }
    let (product, isTooLarge) = number.multipliedReportingOverflow(by: factor)
    return isTooLarge ? nil : product
  }

  /// The shortest writing of a bound, for a message.
  static func text(_ duration: Duration) -> String {
    let count = (duration / .milliseconds(1)).rounded()
    let (unit, factor) =
      milliseconds.last { count >= $0.factor && count.remainder(dividingBy: $0.factor) == 0 } ?? ("ms", 1)
    return "\(Int(count / factor))\(unit)"
  }

  static func text(_ byteCount: Int) -> String {
    let (unit, factor) = bytes.last { byteCount >= $0.factor && byteCount.isMultiple(of: $0.factor) } ?? ("B", 1)
    return "\(byteCount / factor)\(unit)"
  }

  /// A century: longer is a slip, and Duration's own arithmetic stays far from its end.
  private static let maxMilliseconds = 100.0 * 366 * 86_400_000

  private static func split(_ text: String) -> (digits: String, unit: String)? {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let first = digits.first, first != ".", digits.last != "." else { return nil }
    return (String(digits), String(text.dropFirst(digits.count)))
  }
}
