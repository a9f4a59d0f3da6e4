internal import JSONText

/// Watches records go by and says what their fields hold.
///
/// Records of one set mostly have the same fields in the same order, so the field that followed last time is tried
/// first.
struct SchemaInference {
  private struct Slot {
    var name: JSONName
    var text: String
    var type: PropertyType
    var seen = 0
    var hasNull = false
  }

  private var slots: [Slot] = []
  private var slotOf: [String: Int] = [:]
  private var records = 0

  mutating func add(_ parser: borrowing JSONParser) {
    records += 1
    let record = parser.root
    var expected = 0
    var at = parser.firstChild(record)
    while let name = at, let value = parser.next(after: name, in: record) {
      let slot = self.slot(of: name, expected: expected, parser)
      slots[slot].seen += 1
      note(value, in: slot, parser)
      expected = slot + 1
      at = parser.next(after: value, in: record)
    }
  }

  private mutating func slot(of name: JSONNode, expected: Int, _ parser: borrowing JSONParser) -> Int {
    if expected < slots.count, parser.hasText(name, slots[expected].name) { return expected }
    let text = parser.string(name)
    if let known = slotOf[text] { return known }
    slots.append(Slot(name: JSONName(text), text: text, type: .unknown))
    slotOf[text] = slots.count - 1
    return slots.count - 1
  }

  private mutating func note(_ value: JSONNode, in slot: Int, _ parser: borrowing JSONParser) {
    let kind = parser.kind(value)
    if kind == .null {
      slots[slot].hasNull = true
      return
    }
    // Nothing that comes can change these two any more by being looked at closely.
    if slots[slot].type == .string && kind.isString || slots[slot].type == .untyped { return }
    let type: PropertyType =
      switch kind {
      case .null: .unknown
      case .false, .true: .boolean
      case .number: unsafe parser.withRaw(value) { unsafe Self.numberType(Span(_unsafeElements: $0)) }
      case .string, .escapedString: unsafe parser.withText(value) { unsafe Self.stringType(Span(_unsafeElements: $0)) }
      case .array: .collection
      case .object: .untyped
      }
    slots[slot].type = slots[slot].type.joined(with: type)
  }

  private static func numberType(_ text: Span<UInt8>) -> PropertyType {
    for index in text.indices
    where !(0x30...0x39).contains(text[index]) && !(index == 0 && text[0] == UInt8(ascii: "-")) {
      return .decimal
    }
    // 18 digits always fit 64 bits; 19 may not.
    return text.count <= 18 ? .integer : (integer(text) == nil ? .decimal : .integer)
  }

  private static func integer(_ text: Span<UInt8>) -> Int64? {
    var digits = ""
    for index in text.indices { digits.unicodeScalars.append(Unicode.Scalar(text[index])) }
    return Int64(digits)
  }

  private static func stringType(_ text: Span<UInt8>) -> PropertyType {
    if Instant(date: text) != nil { return .date }
    return Instant(text) == nil ? .string : .instant
  }

  /// What was seen, and `stamp`, the field that the vendor's clock adds to every record.
  func schema(stamp: String) -> Schema {
    let fields = slots.map { slot in
      Schema.Property(name: slot.text, type: slot.type, isNullable: slot.hasNull || slot.seen < records)
    }
    return Schema(fields + [Schema.Property(name: stamp, type: .instant, isNullable: false)])
  }
}
