internal import Glibc

/// Finds the ends of lines.
public enum LineScanner {
  /// Where the next newline is, from `start` on; nil when there is none.
  ///
  /// - Complexity: One `memchr`, which glibc does 32 bytes at a time.
  public static func nextNewline(in bytes: Span<UInt8>, from start: Int) -> Int? {
    precondition(start <= bytes.count, "the search begins inside, or at the end")
    return unsafe bytes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return nil }
      guard let hit = unsafe memchr(base + start, 0x0A, buffer.count - start) else { return nil }
      return unsafe UnsafeRawPointer(hit) - UnsafeRawPointer(base)
    }
  }
}
