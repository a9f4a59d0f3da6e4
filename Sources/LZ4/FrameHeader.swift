/// The first bytes of an LZ4 frame, as far as they say how the frame is protected.
///
/// liblz4 reads every kind of frame, also one without checksums; whoever needs the checksums looks here first.
/// Source: LZ4 Frame Format Description 1.6.2, "Frame Descriptor".
public struct FrameHeader: Equatable, Sendable {
  /// Magic number, flags and block size; what follows depends on the flags.
  public static let byteCount = 6

  /// The header of every frame that ``FrameEncoder`` makes.
  public static let ours = FrameHeader(flags: 0b0111_0100, blockDescriptor: 0b0101_0000)
  // Flags, from the left: version 01, independent blocks, block checksums, no content size, content checksum, reserved,
  // no dictionary. Block descriptor: 5 in bits 4–6 is 256 KiB.

  /// Magic number, flags, block size, and the second byte of the checksum of the last two: all of our header.
  static let oursInFull: [UInt8] = {
    let descriptor: [UInt8] = [ours.flags, ours.blockDescriptor]
    return [0x04, 0x22, 0x4D, 0x18] + descriptor + [UInt8(truncatingIfNeeded: Checksum.of(descriptor.span) >> 8)]
  }()

  var flags: UInt8
  var blockDescriptor: UInt8

  init(flags: UInt8, blockDescriptor: UInt8) {
    self.flags = flags
    self.blockDescriptor = blockDescriptor
  }

  /// Nil when the bytes do not begin a data frame of the current format.
  public init?(_ bytes: Span<UInt8>) {
    let magic: [4 of UInt8] = [0x04, 0x22, 0x4D, 0x18]
    guard bytes.count >= Self.byteCount else { return nil }
    for index in magic.indices where bytes[index] != magic[index] { return nil }
    self.init(flags: bytes[4], blockDescriptor: bytes[5])
    guard flags >> 6 == 1 else { return nil }
  }
}
