/// The member names of an object as they were written, and the order in which they sort.
///
/// Vendors send an object's members in the same order every time. One that has the names of the object before, byte for
/// byte and each right before its colon, needs no sorting, no look for names that are left out or stand twice, and no
/// name of it is taken apart: sorting each anew was a fifth of hash's time, and comparing neighbours still a tenth.
struct ObjectShape {
  /// `"id":"name":` and so on, as written.
  private var text: [UInt8] = []
  /// Where each name ends in `text`, with its colon.
  private var ends: [Int] = []
  /// The places of the members in the order that they sort, without those that are left out.
  private(set) var order: [Int] = []

  /// More bytes of names are no shape that comes again and again; and what is remembered stays small.
  private static let textCountMax = 64 << 10

  mutating func forget() {
    text.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    order.removeAll(keepingCapacity: true)
  }

  /// Remembers an object: `names` as they were written, `order` their places sorted. Not one that is written with spaces
  /// before its colons, for which names and colons could not be compared at once.
  mutating func remember(names: [JSONNode], order newOrder: [Int], of parser: borrowing JSONParser) {
    forget()
    for name in names {
      let range = parser.rawRange(name)
      guard parser.byte(at: range.upperBound) == 0x3A, text.count + range.count < Self.textCountMax else {
        return forget()
      }
      unsafe parser.withRaw(name) { unsafe text.append(contentsOf: $0) }
      text.append(0x3A)
      ends.append(text.count)
    }
    order = newOrder
  }

  /// Takes the places of an object's names, in the order they were written; false when they are not those remembered.
  func matches(_ object: JSONNode, of parser: borrowing JSONParser, names: inout [Int]) -> Bool {
    let (textCount, placesCount) = (text.count, ends.count)
    return unsafe text.withUnsafeBufferPointer { text in
      guard let text = text.baseAddress else { return false }
      var (place, start) = (0, 0)
      let end = parser.endIndex(object)
      var index = object.index + 1
      while index < end {
        guard place < placesCount else { return false }
        let length = ends[place] - start
        guard unsafe parser.isWritten(JSONNode(index: index), as: text + start, count: length) else { return false }
        names.append(index)
        start += length
        place += 1
        index = parser.endIndex(JSONNode(index: index + 1))
      }
      return place == placesCount && start == textCount
    }
  }
}

extension JSONParser {
  /// The index of the node after this one and all that it holds.
  func endIndex(_ node: JSONNode) -> Int { word(node, 5) }

  /// A byte of the text; 0 behind its end.
  func byte(at offset: Int) -> UInt8 { offset < count ? unsafe input[offset] : 0 }

  /// Whether the text from a node's beginning on is these bytes.
  @unsafe
  fileprivate func isWritten(_ node: JSONNode, as text: UnsafePointer<UInt8>, count length: Int) -> Bool {
    let start = word(node, 1)
    // The name with its colon: one byte more than the node is long.
    guard word(node, 2) == length - 1, start + length <= count else { return false }
    return unsafe ShortBytes.areEqual(input + start, text, count: length)
  }
}

extension OutputBytes {
  /// Appends a part of the text as it was written.
  mutating func appendRaw(_ range: Range<Int>, of parser: borrowing JSONParser) {
    if range.isEmpty { return }
    unsafe append(UnsafeBufferPointer(start: parser.input + range.lowerBound, count: range.count))
  }
}
