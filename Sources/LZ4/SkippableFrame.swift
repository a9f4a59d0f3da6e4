/// A frame that every LZ4 reader passes over: four bytes of mark, four of length, then whatever its writer likes.
///
/// Source: LZ4 Frame Format Description, "Skippable Frames": marks 0x184D2A50 to 0x184D2A5F, little-endian.
public enum SkippableFrame {
  /// Bytes before the content.
  public static let headerBytes = 8
  private static let mark: UInt32 = 0x184D_2A5E

  /// The frame around some content.
  public static func frame(_ content: [UInt8]) -> [UInt8] { littleEndian(mark) + littleEndian(UInt32(content.count)) + content }

  /// How long the content is that follows this header; nil when it is not the header of such a frame.
  public static func contentBytes(header: some Sequence<UInt8>) -> Int? {
    let bytes = Array(header.prefix(headerBytes))
    guard bytes.count == headerBytes, number(bytes[0..<4]) == mark else { return nil }
    return Int(number(bytes[4..<8]))
  }

  private static func littleEndian(_ number: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}
