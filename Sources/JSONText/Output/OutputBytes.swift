internal import Glibc

/// Bytes being put together: a line, a row, a block. Grows by doubling and keeps its memory when emptied.
///
/// The one place where text is built through pointers; everything above hands it spans and nodes.
@safe
public struct OutputBytes: ~Copyable {
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  public private(set) var count = 0

  /// - Parameter capacity: Bytes to make room for at first.
  public init(capacity: Int = 4096) {
    self.capacity = max(capacity, 64)
    guard let memory = unsafe malloc(self.capacity) else { fatalError("no memory for \(self.capacity) bytes") }
    unsafe base = memory.assumingMemoryBound(to: UInt8.self)
  }

  deinit { unsafe free(base) }

  public var isEmpty: Bool { count == 0 }

  /// Forgets the bytes and keeps the memory.
  public mutating func removeAll() { count = 0 }

  /// Forgets what follows the first `length` bytes.
  public mutating func truncate(to length: Int) {
    precondition(length <= count, "cannot grow by truncating")
    count = length
  }

  /// Writes over bytes that are there already.
  public mutating func replace(at place: Int, with bytes: Span<UInt8>) {
    precondition(place >= 0 && place <= count - bytes.count, "only what is there can be written over")
    unsafe bytes.withUnsafeBufferPointer { source in
      if let source = source.baseAddress { unsafe (base + place).update(from: source, count: bytes.count) }
    }
  }

  public mutating func append(_ byte: UInt8) {
    if count == capacity { reserve(1) }
    unsafe base[count] = byte
    count += 1
  }

  public mutating func append(_ text: StaticString) {
    unsafe append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  public mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { unsafe append($0) }
  }

  public mutating func append(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBufferPointer { unsafe append($0) }
  }

  public mutating func append(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { unsafe append($0) }
  }

  @unsafe
  public mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let source = bytes.baseAddress, bytes.count > 0 else { return }
    if bytes.count > capacity - count { reserve(bytes.count) }
    unsafe ShortBytes.copy(source, to: base + count, count: bytes.count)
    count += bytes.count
  }

  /// Appends a node exactly as it was written.
  public mutating func appendRaw(_ node: JSONNode, of parser: borrowing JSONParser) {
    unsafe append(UnsafeBufferPointer(start: parser.input + parser.word(node, 1), count: parser.word(node, 2)))
  }

  /// Appends a string's text, or what was written of anything else.
  public mutating func appendText(_ node: JSONNode, of parser: borrowing JSONParser) {
    unsafe parser.withText(node) { unsafe append($0) }
  }

  /// The bytes, for as long as `body` runs.
  public func withBytes<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    let buffer = unsafe UnsafeBufferPointer(start: base, count: count)
    return try body(unsafe Span(_unsafeElements: buffer))
  }

  /// A copy of the bytes.
  public var array: [UInt8] { unsafe Array(UnsafeBufferPointer(start: base, count: count)) }

  /// The bytes as text.
  public var string: String { unsafe String(decoding: UnsafeBufferPointer(start: base, count: count), as: UTF8.self) }

  /// The bytes from a place on, as text.
  public func text(from start: Int) -> String {
    precondition(start <= count, "the text begins within the bytes")
    return unsafe String(decoding: UnsafeBufferPointer(start: base + start, count: count - start), as: UTF8.self)
  }

  /// Makes room for more bytes than there is room for. Rare, and kept out of the ways that are not.
  @inline(never)
  private mutating func reserve(_ more: Int) {
    let wanted = count + more
    capacity = max(capacity * 2, wanted)
    // realloc moves large memory by its pages and copies nothing: rows of a segment would else be there twice while growing.
    guard let grown = unsafe realloc(base, capacity) else { fatalError("no memory for \(capacity) bytes") }
    unsafe base = grown.assumingMemoryBound(to: UInt8.self)
  }
}

// Sound: the type is noncopyable, so one value owns the memory; nobody else has the pointer, and what is sent to another
// thread can no longer be used by the sender.
extension OutputBytes: @unchecked Sendable {}
