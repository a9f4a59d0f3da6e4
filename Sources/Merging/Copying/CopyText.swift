internal import JSONText

/// Escaping for COPY's text format: backslash, tab, line feed and carriage return, and nothing else.
///
/// Every backslash is doubled, so no value can make the line `\.` that would end a COPY early.
/// Source: PostgreSQL documentation, COPY, "Text Format".
enum CopyText {
  /// Appends a value, escaped.
  ///
  /// Runs of ordinary bytes are copied whole. The loop is all there is of pointer work in this module.
  ///
  /// - Returns: false when the value holds a NUL, which no PostgreSQL text can; the output then ends in the middle.
  @unsafe
  static func append(_ value: UnsafeBufferPointer<UInt8>, to output: inout OutputBytes) -> Bool {
    var runStart = 0
    for index in value.indices {
      let byte = unsafe value[index]
      guard byte < 0x0E || byte == 0x5C, let letter = escapeLetter(byte) else { continue }
      if letter == 0 { return false }
      unsafe output.append(UnsafeBufferPointer(rebasing: value[runStart..<index]))
      output.append(0x5C)
      output.append(letter)
      runStart = index + 1
    }
    unsafe output.append(UnsafeBufferPointer(rebasing: value[runStart...]))
    return true
  }

  /// What follows the backslash; 0 for the NUL, nil for a byte that stands as it is.
  private static func escapeLetter(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x00: 0
    case 0x09: UInt8(ascii: "t")
    case 0x0A: UInt8(ascii: "n")
    case 0x0D: UInt8(ascii: "r")
    case 0x5C: 0x5C
    default: nil
    }
  }

  /// The same answer, written to be obviously right; the property test holds the two equal.
  static func reference(_ value: [UInt8]) -> [UInt8]? {
    let escapes: [UInt8: String] = [0x09: "\\t", 0x0A: "\\n", 0x0D: "\\r", 0x5C: "\\\\"]
    if value.contains(0) { return nil }
    return value.flatMap { byte in escapes[byte].map { Array($0.utf8) } ?? [byte] }
  }
}
