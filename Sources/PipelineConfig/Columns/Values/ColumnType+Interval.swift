internal import JSONText

extension ColumnType {
  /// `P1Y2M3DT4H5M6.5S`, `P2W`, and `-P1D`, which PostgreSQL itself does not read. Source: ISO 8601, XML Schema §3.2.6.
  static func appendInterval(_ value: JSONNode, of parser: borrowing JSONParser, to out: inout OutputBytes)
    throws(Misfit)
  {
    guard parser.kind(value).isString, let interval = IntervalText.postgres(parser.string(value)) else {
      throw Misfit(value, of: parser, isNo: "interval")
    }
    append(plain: interval, to: &out)
  }

  /// A number of seconds or milliseconds.
  static func appendCounted(
    _ value: JSONNode,
    as format: ColumnFormat,
    of parser: borrowing JSONParser,
    to out: inout OutputBytes
  ) throws(Misfit) {
    guard parser.kind(value) == .number || parser.kind(value).isString,
      let interval = IntervalText.counted(parser.string(value), milliseconds: format == .milliseconds)
    else { throw Misfit(value, of: parser, isNo: "interval in \(format.rawValue)") }
    append(plain: interval, to: &out)
  }
}

/// Lengths of time as PostgreSQL reads them under any IntervalStyle: `P1Y2M3DT4H5M6.5S`.
enum IntervalText {
  /// Nil for what is no interval, or one that PostgreSQL's three fields (months and days of 32 bits, microseconds of 64)
  /// might not hold: each number has at most eight digits.
  static func postgres(_ text: String) -> String? {
    var rest = Substring(text).utf8
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative { rest.removeFirst() }
    guard rest.popFirst() == UInt8(ascii: "P"), !rest.isEmpty else { return nil }
    var result = "P"
    var designators = Array("YMWD".utf8)[...]
    var isTime = false
    while let first = rest.first {
      if first == UInt8(ascii: "T") {
        rest.removeFirst()
        guard !isTime, !rest.isEmpty else { return nil }
        (isTime, designators) = (true, Array("HMS".utf8)[...])
        result += "T"
        continue
      }
      guard let number = takeNumber(&rest, mayBeFraction: isTime), let designator = rest.popFirst(),
        let place = designators.firstIndex(of: designator),
        !number.contains(".") || designator == UInt8(ascii: "S")
      else { return nil }
      designators = designators[(place + 1)...]
      let signed = isNegative ? (number.hasPrefix("-") ? String(number.dropFirst()) : "-" + number) : number
      result += signed + String(Unicode.Scalar(designator))
    }
    return result
  }

  static func counted(_ text: String, milliseconds: Bool) -> String? {
    var rest = Substring(text).utf8
    guard var number = takeNumber(&rest, mayBeFraction: true, digitsMax: 15), rest.isEmpty else { return nil }
    if milliseconds {
      let sign = number.hasPrefix("-") ? "-" : ""
      let parts = number.dropFirst(sign.utf8.count).split(separator: ".", omittingEmptySubsequences: false)
      let whole = String(repeating: "0", count: max(0, 4 - parts[0].utf8.count)) + parts[0]
      number = "\(sign)\(whole.dropLast(3)).\(whole.suffix(3))\(parts.count == 2 ? String(parts[1]) : "")"
    }
    // Years of seconds: more than twelve digits are more than 64 bits of microseconds.
    guard number.prefix(while: { $0 != "." }).utf8.count <= 12 else { return nil }
    return "PT\(number)S"
  }

  private static func takeNumber(_ rest: inout Substring.UTF8View, mayBeFraction: Bool, digitsMax: Int = 8) -> String? {
    var text = ""
    if rest.first == UInt8(ascii: "-") { text.unicodeScalars.append(Unicode.Scalar(rest.removeFirst())) }
    let whole = takeDigits(&rest)
    guard (1...digitsMax).contains(whole.utf8.count) else { return nil }
    text += whole
    if mayBeFraction, rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      let fraction = takeDigits(&rest)
      guard (1...digitsMax).contains(fraction.utf8.count) else { return nil }
      text += ".\(fraction)"
    }
    return text
  }

  private static func takeDigits(_ rest: inout Substring.UTF8View) -> String {
    let digits = rest.prefix { (0x30...0x39).contains($0) }
    rest = rest.dropFirst(digits.count)
    return String(Substring(digits))
  }
}
