/// The one form of a number, laid out as ECMAScript prints numbers (RFC 8785 §3.2.2.3).
///
/// Of which number is the choice: RFC 8785 takes the double that the text reads as, and so takes two prices for one when
/// their digits differ beyond a double's reach; its own example makes 333333333.3333333 of 333333333.33333329. The hash must
/// tell prices apart, so there the decimal stands as it was written. What that costs: a vendor who prints the same double
/// once with sixteen digits and once with seventeen has its record written once more than need be.
enum CanonicalNumber {
  /// Digits that a double certainly holds: 10^15 < 2^53.
  private static let exactDigitsMax = 15
  /// Digits before the point that ECMAScript writes out; more are written with an exponent.
  private static let writtenDigitsMax = 21

  @unsafe
  static func append(_ token: UnsafeBufferPointer<UInt8>, as numbers: CanonicalJSON.Numbers, to out: inout OutputBytes)
  {
    if unsafe isPlain(token, as: numbers) {
      unsafe out.append(token)
    } else if let end = unsafe endWithoutZeros(token),
      unsafe isPlain(UnsafeBufferPointer(rebasing: token[..<end]), as: numbers)
    {
      unsafe out.append(UnsafeBufferPointer(rebasing: token[..<end]))
    } else {
      out.append(form(of: unsafe String(decoding: token, as: UTF8.self), as: numbers))
    }
  }

  /// Whether a number is surely its own canonical form; most are: whole numbers but `-0`, and decimals that end in no zero and
  /// are not below 10^-6, where ECMAScript begins to write an exponent, if they have no more digits than are kept.
  ///
  /// As a double, 15 digits always come back (IEEE 754 binary64). As a decimal all do: coordinates and shares with seventeen
  /// of them were a tenth of hash's time on some sets.
  @unsafe
  static func isPlain(_ token: UnsafeBufferPointer<UInt8>, as numbers: CanonicalJSON.Numbers) -> Bool {
    let first = unsafe token[0] == UInt8(ascii: "-") ? 1 : 0
    var index = first
    while index < token.count, unsafe isDigit(token[index]) { index += 1 }
    let whole = index - first
    guard whole <= (numbers == .exact ? writtenDigitsMax : exactDigitsMax) else { return false }
    if index == token.count { return unsafe first == 0 || token[first] != 0x30 }
    guard unsafe token[index] == UInt8(ascii: "."), unsafe token[token.count - 1] != 0x30 else { return false }
    guard numbers == .exact || token.count - first <= exactDigitsMax + 1 else { return false }
    for place in (index + 1)..<token.count where unsafe !isDigit(token[place]) { return false }
    var leading = first
    while unsafe token[leading] == 0x30 || token[leading] == UInt8(ascii: ".") { leading += 1 }
    return leading - first <= "0.00000".utf8.count
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  /// Where a decimal ends when the zeros behind its point say nothing: `12.50` after `12.5`, `4.0` after `4`. Nil for what
  /// is no plain decimal. Every second number of a feed that prints doubles ends like this.
  private static func endWithoutZeros(_ token: UnsafeBufferPointer<UInt8>) -> Int? {
    guard token.count > 2, unsafe token[token.count - 1] == 0x30 else { return nil }
    guard let point = unsafe token.firstIndex(of: UInt8(ascii: ".")) else { return nil }
    for index in (point + 1)..<token.count where unsafe !isDigit(token[index]) { return nil }
    var end = token.count
    while unsafe token[end - 1] == 0x30 { end -= 1 }
    return end - 1 == point ? point : end
  }

  /// The canonical form of any JSON number.
  static func form(of token: String, as numbers: CanonicalJSON.Numbers) -> String {
    let exact = Decimal10(token)
    // Swift prints the shortest digits that read back as a double, as ECMAScript does.
    guard numbers == .doubles, let double = Double(token), double.isFinite else { return exact.ecmaScript }
    return Decimal10(double.description).ecmaScript
  }
}

/// A decimal number as its digits and where the point stands: 0.d₁d₂d₃… × 10^point.
struct Decimal10: Equatable {
  var isNegative = false
  /// Without leading and trailing zeros; empty for zero.
  var digits: [UInt8] = []
  var point = 0

  /// Reads a number by JSON's grammar.
  init(_ token: String) {
    var beforePoint = 0
    var sawPoint = false
    var exponent = 0
    var rest = Substring(token).utf8
    if rest.first == UInt8(ascii: "-") {
      isNegative = true
      rest.removeFirst()
    }
    scan: while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "."): sawPoint = true
      case UInt8(ascii: "e"), UInt8(ascii: "E"):
        // An exponent too long for Int is as good as infinite; clamped, it keeps its sign and equals itself.
        let text = String(Substring(rest))
        exponent =
          Int(text.hasPrefix("+") ? String(text.dropFirst()) : text)
          ?? (text.hasPrefix("-") ? -Self.exponentMax : Self.exponentMax)
        break scan
      default:
        digits.append(byte)
        if !sawPoint { beforePoint += 1 }
      }
    }
    point = beforePoint + max(-Self.exponentMax, min(Self.exponentMax, exponent))
    let leading = digits.prefix { $0 == 0x30 }.count
    digits.removeFirst(leading)
    point -= leading
    while digits.last == 0x30 { digits.removeLast() }
    if digits.isEmpty { (isNegative, point) = (false, 0) }
  }

  private static let exponentMax = 1 << 40

  private var text: String { String(decoding: digits, as: UTF8.self) }
  private var sign: String { isNegative ? "-" : "" }

  /// As ECMAScript's Number::toString lays out digits (ECMA-262, 6.1.6.1.20).
  var ecmaScript: String {
    if digits.isEmpty { return "0" }
    let count = digits.count
    if count <= point, point <= 21 { return sign + text + String(repeating: "0", count: point - count) }
    if 0 < point, point <= 21 { return sign + text.prefix(point) + "." + text.dropFirst(point) }
    if -6 < point, point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + text }
    let exponent = point - 1
    let mantissa = count == 1 ? text : text.prefix(1) + "." + text.dropFirst()
    return "\(sign)\(mantissa)e\(exponent < 0 ? "-" : "+")\(exponent.magnitude)"
  }
}
