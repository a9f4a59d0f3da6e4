/// Writes records as NDJSON, member by member, in the order of the calls.
struct RecordText {
  private(set) var bytes: [UInt8] = []
  /// Whether a comma has to come before the next member or element.
  private var needsComma = false

  mutating func record(_ members: (inout RecordText) -> Void) {
    object(members)
    bytes.append(UInt8(ascii: "\n"))
    needsComma = false
  }

  mutating func member(_ name: StaticString, _ text: String) {
    begin(name)
    quoted(text)
  }

  mutating func member(_ name: StaticString, _ number: Int) {
    begin(name)
    bytes += String(number).utf8
  }

  mutating func member(_ name: StaticString, _ flag: Bool) {
    begin(name)
    bytes += (flag ? "true" : "false").utf8
  }

  /// A number with exactly `places` digits after the point: 123456 with 2 is `1234.56`.
  mutating func member(_ name: StaticString, scaled number: Int, places: Int) {
    begin(name)
    let digits = String(abs(number))
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    bytes += padded.dropLast(places).utf8
    bytes.append(UInt8(ascii: "."))
    bytes += padded.suffix(places).utf8
  }

  mutating func memberNull(_ name: StaticString) {
    begin(name)
    bytes += "null".utf8
  }

  mutating func member(_ name: StaticString, object members: (inout RecordText) -> Void) {
    begin(name)
    object(members)
  }

  mutating func member(_ name: StaticString, array texts: [String]) {
    begin(name)
    bytes.append(UInt8(ascii: "["))
    for (index, text) in texts.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      quoted(text)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  /// Gives up what was written, to make room.
  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  private mutating func object(_ members: (inout RecordText) -> Void) {
    bytes.append(UInt8(ascii: "{"))
    needsComma = false
    members(&self)
    bytes.append(UInt8(ascii: "}"))
    needsComma = true
  }

  private mutating func begin(_ name: StaticString) {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
    bytes.append(UInt8(ascii: "\""))
    unsafe bytes += UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
  }

  private mutating func quoted(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\n"): bytes += "\\n".utf8
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
