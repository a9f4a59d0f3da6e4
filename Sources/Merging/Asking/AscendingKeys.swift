internal import JSONText
internal import PipelineConfig

/// The keys of a segment whose lines come in the order of the key, each once.
///
/// Only such lines may be loaded as they come: all workers lock rows in the order of the key, or two would wait for each other.
struct AscendingKeys: ~Copyable {
  private let ends: LineEnds
  private let isNumber: Bool
  private var number = Int64.min
  /// Of whole numbers.
  private(set) var spans = KeySpans()
  /// Every key with a line feed behind it.
  private(set) var bytes = OutputBytes()
  private(set) var count = 0
  /// Where the last key begins in `bytes`.
  private var last = 0

  /// Bytes of keys that are remembered; a segment with more is brought in the ordinary way.
  static let byteCountMax = 8 << 20

  /// Whether a feed's key is one whole number or one text.
  static func exist(in feed: Feed) -> Bool {
    feed.keyColumns.count == 1 && [.integer, .bigint, .text].contains(feed.keyColumns[0].type)
  }

  /// Nil unless they ``exist(in:)`` and the key stands first.
  init?(for feed: Feed) {
    guard Self.exist(in: feed), let ends = LineEnds(for: feed) else { return nil }
    isNumber = feed.keyColumns[0].type != .text
    self.ends = ends
  }

  /// Takes a line's key in.
  ///
  /// - Returns: False when it does not follow the one before, or is not written plainly.
  mutating func take(_ line: Span<UInt8>) -> Bool {
    guard let place = ends.firstKey(of: line), bytes.count + place.count < Self.byteCountMax else { return false }
    let key = line.extracting(place)
    guard isNumber ? follows(number: key) : follows(text: key) else { return false }
    last = bytes.count
    bytes.append(key)
    bytes.append(0x0A)
    count += 1
    return true
  }

  private mutating func follows(number key: Span<UInt8>) -> Bool {
    guard let value = LineEnds.wholeNumber(key), count == 0 || value > number else { return false }
    number = value
    spans.take(value)
    return true
  }

  /// By bytes, as the merge's statement sorts texts.
  private func follows(text key: Span<UInt8>) -> Bool {
    guard count > 0 else { return true }
    return bytes.withBytes { all in
      let length = all.count - 1 - last
      for index in 0..<min(length, key.count) where all[last + index] != key[index] {
        return all[last + index] < key[index]
      }
      return length < key.count
    }
  }
}
