internal import JSONText
internal import PipelineConfig

/// Finds key, hash and version of a staged line where they stand as a rule: the keys first, hash and version last.
///
/// What lies between is not looked at, which is most of the line: to parse it whole for three of its members was a third of all that
/// asking cost this program. A line that begins or ends otherwise is not found here, and is parsed.
struct LineEnds {
  /// What stands before each key's value, and before the two values at the end.
  private let keys: [[UInt8]]
  private let hash = Self.bytes(",\"\(TargetTable.hashColumn)\":\"")
  private let version = Self.bytes("\",\"\(TargetTable.versionColumn)\":\"")
  /// The key is one whole number.
  let isNumber: Bool
  private var least = Int64.max
  private var most = Int64.min
  private var isRangeKnown: Bool
  private var numbers = KeySpans()

  /// Nil when the keys are not the first columns.
  init?(for feed: Feed) {
    let names = feed.keyColumns.map(\.name)
    guard feed.columns.prefix(names.count).map(\.name) == names else { return nil }
    keys = names.enumerated().map { index, name in
      Self.bytes("\(index == 0 ? "{" : ",")\(JSONValue.string(name).encoded):")
    }
    isNumber = names.count == 1 && [.integer, .bigint].contains(feed.keyColumns[0].type)
    isRangeKnown = isNumber
  }

  private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  /// The least and the greatest key of all lines so far; nil when a key was no whole number, or a line was not found.
  var range: ClosedRange<Int64>? { isRangeKnown && least <= most ? least...most : nil }

  /// Whether each key is known to be greater than all before it.
  var isAscending: Bool { range != nil && numbers.isAscending }

  /// All keys; nil when they are not ascending numbers, or have too many gaps.
  var spans: KeySpans? { isAscending && numbers.areWorthIt ? numbers : nil }

  /// A line was parsed that this did not find.
  mutating func forgetRange() { isRangeKnown = false }

  /// Appends the values in COPY's text format, with a tab before each.
  ///
  /// - Returns: False, with nothing appended, when the line is another; values that would have to be escaped are, too.
  mutating func append(_ line: Span<UInt8>, to output: inout OutputBytes) -> Bool {
    let start = output.count
    var at = 0
    for name in keys {
      guard Self.has(name, in: line, at: at), let value = Self.value(in: line, at: at + name.count) else {
        output.truncate(to: start)
        return false
      }
      output.append(0x09)
      output.append(line.extracting(value))
      if isRangeKnown { note(line.extracting(value)) }
      // Behind the closing quote.
      at = value.upperBound + (line[value.lowerBound - 1] == Self.quote ? 1 : 0)
    }
    guard let (hash, version) = ends(of: line, from: at) else {
      output.truncate(to: start)
      return false
    }
    output.append(0x09)
    output.append(line.extracting(hash))
    output.append(0x09)
    output.append(line.extracting(version))
    return true
  }

  private mutating func note(_ digits: Span<UInt8>) {
    guard let number = Self.wholeNumber(digits) else {
      isRangeKnown = false
      return
    }
    least = min(least, number)
    most = max(most, number)
    numbers.take(number)
  }

  /// Nil when it is not written as a plain whole number, or is long.
  static func wholeNumber(_ digits: Span<UInt8>) -> Int64? {
    let isNegative = digits.count > 0 && digits[0] == UInt8(ascii: "-")
    let first = isNegative ? 1 : 0
    guard digits.count > first, digits.count - first <= digitsMax else { return nil }
    var number: Int64 = 0
    for index in first..<digits.count {
      guard digits[index] >= 0x30 && digits[index] <= 0x39 else { return nil }
      number = number * 10 + Int64(digits[index] & 0x0F)
    }
    return isNegative ? -number : number
  }

  /// Where the first key stands in a line, without its quotes; nil when the line begins otherwise or the key has escapes.
  func firstKey(of line: Span<UInt8>) -> Range<Int>? {
    Self.has(keys[0], in: line, at: 0) ? Self.value(in: line, at: keys[0].count) : nil
  }

  /// So many always fit into 64 bits.
  private static let digitsMax = 18

  private func ends(of line: Span<UInt8>, from start: Int) -> (hash: Range<Int>, version: Range<Int>)? {
    let end = line.count - 2
    guard end > start, line[end + 1] == UInt8(ascii: "}"), line[end] == Self.quote else { return nil }
    guard let version = Self.text(in: line, endingAt: end, after: self.version, from: start) else { return nil }
    let hashEnd = version.lowerBound - self.version.count
    guard let hash = Self.text(in: line, endingAt: hashEnd, after: self.hash, from: start) else { return nil }
    return (hash, version)
  }

  /// The text before a closing quote, when it has no escapes and the right name before it. A quote behind a colon is no escaped
  /// one, so the value begins there.
  private static func text(
    in line: Span<UInt8>,
    endingAt end: Int,
    after name: [UInt8],
    from start: Int
  ) -> Range<Int>? {
    var at = end
    while at > start, isPlain(line[at - 1]) { at -= 1 }
    guard at - name.count >= start, has(name, in: line, at: at - name.count) else { return nil }
    return at..<end
  }

  /// A number, or a text without escapes; without its quotes.
  private static func value(in line: Span<UInt8>, at start: Int) -> Range<Int>? {
    guard start < line.count else { return nil }
    let isText = line[start] == quote
    let first = start + (isText ? 1 : 0)
    var at = first
    while at < line.count, isText ? isPlain(line[at]) : isNumeric(line[at]) { at += 1 }
    guard at < line.count, line[at] == (isText ? quote : UInt8(ascii: ",")), isText || at > first else { return nil }
    return first..<at
  }

  private static let quote = UInt8(ascii: "\"")

  private static func isPlain(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != quote && byte != UInt8(ascii: "\\") }

  private static func isNumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
      UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }

  private static func has(_ name: [UInt8], in line: Span<UInt8>, at start: Int) -> Bool {
    guard start >= 0, start + name.count <= line.count else { return false }
    for index in name.indices where line[start + index] != name[index] { return false }
    return true
  }
}
