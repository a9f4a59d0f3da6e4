/// A frame that every LZ4 reader skips: a place for what is not content.
///
/// Source: LZ4 Frame Format Description 1.6.2, "Skippable Frames".
public enum SkippableFrame {
  /// Magic number and length, four bytes each, before the payload.
  public static let headerByteCount = 8

  /// The whole frame. Its kind is the last hexadecimal digit of the magic number, 0…15, and free for the user to choose.
  public static func frame(kind: UInt8, payload: [UInt8]) -> [UInt8] {
    precondition(kind < 16, "there are sixteen magic numbers")
    precondition(payload.count <= UInt32.max, "the length has 32 bits")
    return littleEndian(0x184D_2A50 | UInt32(kind)) + littleEndian(UInt32(payload.count)) + payload
  }

  private static func littleEndian(_ number: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }
}
