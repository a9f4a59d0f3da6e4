internal import JSONText

/// Reads NDJSON into a table: each line an object with the key's fields, no key twice.
struct RecordLoader: ~Copyable {
  /// Most bytes of one set, decompressed. Offsets have 32 bits; a quarter of that is far more than one practises on.
  static let bytesMax = 1 << 30

  private let set: SetDescription
  private let keyNames: [JSONName]
  private let stampName: JSONName
  private let source: String
  private var parser = JSONParser()
  private var inference = SchemaInference()
  private var starts: [UInt32] = []
  private var lengths: [UInt32] = []
  private var keys: [UInt8] = []
  private var keyEnds: [UInt32] = []

  /// `source` is what a message calls the text: a file's path.
  private init(_ set: SetDescription, source: String) {
    self.set = set
    self.source = source
    keyNames = set.key.map(JSONName.init)
    stampName = JSONName(set.stamp)
  }

  /// - Throws: ``VendorError`` that names source and line.
  static func table(
    from bytes: [UInt8],
    of set: SetDescription,
    source: String
  ) throws(VendorError) -> RecordTable {
    var loader = RecordLoader(set, source: source)
    try loader.readLines(bytes)
    return try loader.sorted(bytes)
  }

  private mutating func readLines(_ bytes: [UInt8]) throws(VendorError) {
    let text = bytes.span
    var (start, line) = (0, 1)
    while start < text.count {
      var end = start
      while end < text.count && text[end] != UInt8(ascii: "\n") { end += 1 }
      let record = Self.trimmed(start..<end, text)
      if !record.isEmpty { try read(record, of: text, line: line) }
      start = end + 1
      line += 1
    }
  }

  private mutating func read(_ range: Range<Int>, of text: Span<UInt8>, line: Int) throws(VendorError) {
    do throws(JSONError) {
      try parser.parse(text.extracting(range))
    } catch {
      throw refusal(line, "not JSON: \(error)")
    }
    guard parser.kind(parser.root) == .object else { throw refusal(line, "not a JSON object") }
    if parser.member(parser.root, stampName) != nil {
      throw refusal(
        line,
        "the record has a field \"\(set.stamp)\" of its own, where the vendor's stamp would go",
        hint: "name another field with --stamp"
      )
    }
    for (name, text) in zip(keyNames, set.key) {
      guard let value = parser.member(parser.root, name), SortBytes.appendKey(value, of: parser, to: &keys) else {
        throw refusal(
          line,
          "no text, number or boolean in the key's field \"\(text)\"",
          hint: "name the fields of the key with --key \(set.name)=FIELD[,FIELD]"
        )
      }
    }
    keyEnds.append(UInt32(keys.count))
    starts.append(UInt32(range.lowerBound))
    lengths.append(UInt32(range.count))
    inference.add(parser)
  }

  /// Puts the records in the order of their keys.
  private func sorted(_ bytes: [UInt8]) throws(VendorError) -> RecordTable {
    let unsorted = RecordTable(
      bytes: bytes,
      starts: starts,
      lengths: lengths,
      keys: keys,
      keyEnds: keyEnds,
      schema: inference.schema(stamp: set.stamp)
    )
    var order = Array(0..<unsorted.count)
    if zip(order, order.dropFirst()).contains(where: { unsorted.compareKey($0, with: unsorted, $1) >= 0 }) {
      order.sort { unsorted.compareKey($0, with: unsorted, $1) < 0 }
    }
    for (place, next) in zip(order, order.dropFirst()) where unsorted.compareKey(place, with: unsorted, next) == 0 {
      let line = bytes.prefix(unsorted.range(max(place, next)).lowerBound).count { $0 == UInt8(ascii: "\n") } + 1
      throw refusal(line, "its key is there already; fields of the key: \(set.key.joined(separator: ", "))")
    }
    var sortedKeys: [UInt8] = []
    sortedKeys.reserveCapacity(keys.count)
    var sortedEnds: [UInt32] = []
    sortedEnds.reserveCapacity(order.count)
    for place in order {
      sortedKeys += unsorted.key(place)
      sortedEnds.append(UInt32(sortedKeys.count))
    }
    return RecordTable(
      bytes: bytes,
      starts: order.map { starts[$0] },
      lengths: order.map { lengths[$0] },
      keys: sortedKeys,
      keyEnds: sortedEnds,
      schema: unsorted.schema
    )
  }

  private func refusal(_ line: Int, _ why: String, hint: String? = nil) -> VendorError {
    .unreadable(file: source, line: line, why: why, hint: hint)
  }

  private static func trimmed(_ range: Range<Int>, _ text: Span<UInt8>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, text[start] <= 0x20 { start += 1 }
    while end > start, text[end - 1] <= 0x20 { end -= 1 }
    return start..<end
  }
}
