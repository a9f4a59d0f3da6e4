/// Cuts a stream of bytes into lines.
///
/// Lines end at a newline byte and nowhere else: U+2028 inside a message is part of the message.
struct LineSplitter {
  /// Most bytes kept of one line. A StageEvent has a few hundred; what is longer is cut, never gathered without end.
  static let lineBytesMax = 64 << 10

  private var line: [UInt8] = []

  /// Takes in bytes and returns the lines that they complete.
  mutating func append(_ bytes: some Sequence<UInt8>) -> [String] {
    var lines: [String] = []
    for byte in bytes {
      if byte == UInt8(ascii: "\n") {
        lines.append(takeLine())
      } else if line.count < Self.lineBytesMax {
        line.append(byte)
      }
    }
    return lines
  }

  /// What stood after the last newline; nil when nothing did.
  mutating func finish() -> String? { line.isEmpty ? nil : takeLine() }

  private mutating func takeLine() -> String {
    let text = String(decoding: line, as: UTF8.self)
    line.removeAll(keepingCapacity: true)
    return text
  }
}
