/// The records of one set at one moment, as the bytes they were loaded as, in the order of their keys.
///
/// Bytes and offsets are all that is kept: a record's cost is its own size and 12 bytes, and its key once more.
/// Numbered from 0 in key order; such a number is called the record's place.
struct RecordTable: Sendable {
  /// A loaded text with every record in it, and what lies between.
  let bytes: [UInt8]
  private let starts: [UInt32]
  private let lengths: [UInt32]
  /// The keys, in ``SortBytes``' form, one after another.
  private let keys: [UInt8]
  private let keyEnds: [UInt32]
  let schema: Schema

  init(bytes: [UInt8], starts: [UInt32], lengths: [UInt32], keys: [UInt8], keyEnds: [UInt32], schema: Schema) {
    self.bytes = bytes
    self.starts = starts
    self.lengths = lengths
    self.keys = keys
    self.keyEnds = keyEnds
    self.schema = schema
  }

  var count: Int { starts.count }

  /// Where in ``bytes`` a record is, braces included.
  func range(_ place: Int) -> Range<Int> {
    let start = Int(starts[place])
    return start..<(start + Int(lengths[place]))
  }

  /// Where in ``keys`` a record's key is.
  private func keyRange(_ place: Int) -> Range<Int> {
    (place == 0 ? 0 : Int(keyEnds[place - 1]))..<Int(keyEnds[place])
  }

  /// A record's key in ``SortBytes``' form.
  func key(_ place: Int) -> ArraySlice<UInt8> { keys[keyRange(place)] }

  /// How the key of a record here sorts beside one of another table.
  func compareKey(_ place: Int, with other: borrowing RecordTable, _ otherPlace: Int) -> Int {
    let (left, right) = (keys.span, other.keys.span)
    return ByteOrder.compare(left.extracting(keyRange(place)), right.extracting(other.keyRange(otherPlace)))
  }

  /// Whether a record here and one of another table are the same bytes.
  func isSameRecord(_ place: Int, as other: borrowing RecordTable, _ otherPlace: Int) -> Bool {
    guard lengths[place] == other.lengths[otherPlace] else { return false }
    let (left, right) = (bytes.span, other.bytes.span)
    return ByteOrder.compare(left.extracting(range(place)), right.extracting(other.range(otherPlace))) == 0
  }
}
