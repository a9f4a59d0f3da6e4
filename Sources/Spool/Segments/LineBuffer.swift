/// Bytes on their way from the decoder to the lines that they are: the unfinished line first, then room for a block.
///
/// Grows when a line is longer than the room, and keeps its memory. Decoding writes straight into it, so no byte is
/// copied but those of the line that crosses two blocks.
@safe
struct LineBuffer: ~Copyable {
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  /// Where the first line that was not handed on begins.
  private var start = 0
  /// Up to here there is no newline.
  private var searched = 0
  private var end = 0

  init(capacity: Int) {
    self.capacity = capacity
    unsafe base = .allocate(capacity: capacity)
  }

  deinit { unsafe base.deallocate() }

  /// Length of the line that has no end yet.
  var unfinishedByteCount: Int { end - start }

  /// Lets `body` write behind what is there.
  ///
  /// - Parameters:
  ///   - room: How much room there is at least.
  ///   - body: Writes, and returns how many bytes it wrote.
  /// - Throws: What `body` throws.
  mutating func fill<E: Error>(room: Int, _ body: (inout MutableSpan<UInt8>) throws(E) -> Int) throws(E) {
    makeRoom(room)
    var free = unsafe MutableSpan(_unsafeStart: base + end, count: capacity - end)
    end += try body(&free)
  }

  /// Hands on every line that is complete, without its newline.
  mutating func takeLines(_ body: (Span<UInt8>) throws -> Void) throws {
    let bytes = unsafe Span(_unsafeStart: base, count: end)
    while let newline = LineScanner.nextNewline(in: bytes, from: searched) {
      let line = bytes.extracting(start..<newline)
      start = newline + 1
      searched = start
      try body(line)
    }
    searched = end
  }

  private mutating func makeRoom(_ room: Int) {
    guard capacity - end < room else { return }
    let kept = end - start
    if capacity - kept >= room {
      unsafe base.update(from: base + start, count: kept)
    } else {
      let grown = max(capacity * 2, kept + room)
      let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: grown)
      unsafe larger.update(from: base + start, count: kept)
      unsafe base.deallocate()
      unsafe base = larger
      capacity = grown
    }
    searched -= start
    end = kept
    start = 0
  }
}
