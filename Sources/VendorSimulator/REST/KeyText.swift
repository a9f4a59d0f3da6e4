internal import JSONText

/// A record's key as a vendor writes it into a URL, for sets whose key is one field.
enum KeyText {
  static func text(of place: Int, in version: SetVersion) -> String {
    guard let name = version.set.key.first, version.set.key.count == 1 else { return "" }
    var reader = RecordReader(version)
    reader.parse(place)
    guard let node = reader.parser.member(reader.parser.root, JSONName(name)) else { return "" }
    switch reader.parser.kind(node) {
    case .string, .escapedString: return reader.parser.string(node)
    default: return reader.parser.rawString(node)
    }
  }

  /// The key in ``SortBytes``' form; nil when the text cannot be one of this set's.
  static func sortBytes(of text: String, in version: SetVersion) -> [UInt8]? {
    guard let name = version.set.key.first, version.set.key.count == 1 else { return nil }
    var bytes: [UInt8] = []
    let text = Array(text.utf8)
    switch version.table.schema.type(of: name) {
    case .integer?, .decimal?:
      guard JSONText.isNumber(text.span), let number = DecimalNumber(text.span) else { return nil }
      SortBytes.appendNumber(number, to: &bytes)
    default: SortBytes.appendString(text.span, to: &bytes)
    }
    return bytes
  }
}

extension RecordTable {
  /// The place of the record with a key in ``SortBytes``' form; nil when there is none.
  func place(ofKey key: [UInt8]) -> Int? {
    let place = (0..<count).partitioningIndex { ByteOrder.compare(Array(self.key($0)), key) >= 0 }
    return place < count && Array(self.key(place)) == key ? place : nil
  }
}
