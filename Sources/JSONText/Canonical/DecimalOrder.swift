/// The order of decimal numbers, exact whatever their digits.
public enum DecimalOrder {
  /// Negative, zero or positive as `left` is less than, equal to or greater than `right`; both numbers by JSON's grammar.
  ///
  /// Rounding to a double never turns an order round, so two that round apart are apart; only those that round to the same
  /// double are compared digit by digit.
  public static func compare(_ left: String, _ right: String) -> Int {
    if let a = Double(left), let b = Double(right), a != b { return a < b ? -1 : 1 }
    return compareExactly(Decimal10(left), Decimal10(right))
  }

  private static func compareExactly(_ left: Decimal10, _ right: Decimal10) -> Int {
    let (a, b) = (sign(left), sign(right))
    guard a == b, a != 0 else { return a - b }
    let magnitude: Int =
      if left.point != right.point {
        left.point < right.point ? -1 : 1
      } else if left.digits == right.digits {
        0
      } else {
        left.digits.lexicographicallyPrecedes(right.digits) ? -1 : 1
      }
    return a * magnitude
  }

  private static func sign(_ number: Decimal10) -> Int { number.digits.isEmpty ? 0 : number.isNegative ? -1 : 1 }
}
