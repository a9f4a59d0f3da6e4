internal import SystemPackage
internal import Telemetry

/// Notes about work under way, each overwritten in a slot of its own: `<feed>/state/<name>`.
///
/// With these a program that is killed tells the next one where it was. A note is one write, with its length and checksum,
/// so it is there whole or not at all. Nothing waits for the disk: a note holds for as long as the machine runs, and who
/// reads it after another start of the machine finds none.
///
///     3f0c…-boot-id 000001a4 5d02a1c4
///     {"records":100,…}
public struct StateSlots: ~Copyable {
  private let file: OpenFile
  private let boot: String

  /// Most bytes of a note.
  public static let noteByteCountMax = 64 << 10
  /// A slot begins at each multiple; what nobody wrote takes no room on the disk.
  private static let slotByteCount = noteByteCountMax + 4096

  fileprivate init(_ path: FilePath, options: FileDescriptor.OpenOptions) throws(SpoolError) {
    let id = try OpenFile("/proc/sys/kernel/random/boot_id").bytes(at: 0, count: 36)
    let file = try OpenFile(path, .readWrite, options: options)
    boot = String(decoding: id, as: UTF8.self)
    self.file = file
  }

  /// Puts a note in the place of the one in the slot. One that is too long leaves the slot empty.
  ///
  /// - Throws: ``SpoolError``.
  public func write(_ note: [UInt8], slot: Int) throws(SpoolError) {
    guard note.count <= Self.noteByteCountMax else { return try clear(slot: slot) }
    let head = "\(boot) \(UInt32(note.count).padded(8, radix: 16)) \(CRC32.checksum(of: note).padded(8, radix: 16))\n"
    try file.write((Array(head.utf8) + note + [UInt8(ascii: "\n")]).span, at: slot * Self.slotByteCount)
  }

  /// Leaves no note in the slot.
  ///
  /// - Throws: ``SpoolError``.
  public func clear(slot: Int) throws(SpoolError) {
    try file.write(Array("-\n".utf8).span, at: slot * Self.slotByteCount)
  }

  /// The note in a slot; nil when there is none of this start of the machine.
  ///
  /// - Throws: ``SpoolError``.
  public func read(slot: Int) throws(SpoolError) -> [UInt8]? {
    let bytes = try file.bytes(at: slot * Self.slotByteCount, count: Self.slotByteCount)
    guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    let head = String(decoding: bytes[..<end], as: UTF8.self).split(separator: " ")
    guard head.count == 3, head[0] == boot, let count = Int(head[1], radix: 16), let sum = UInt32(head[2], radix: 16),
      end + 1 + count <= bytes.count
    else { return nil }
    let note = Array(bytes[(end + 1)...].prefix(count))
    return CRC32.checksum(of: note) == sum ? note : nil
  }
}

extension Spool {
  /// The slots of a feed under a name; made when they are not there.
  ///
  /// - Throws: ``SpoolError``.
  public func stateSlots(_ name: String, feed: String) throws(SpoolError) -> StateSlots {
    try StateSlots(statePath(name, feed: feed), options: .create)
  }

  /// The same where they are; nil where nobody has made them.
  ///
  /// - Throws: ``SpoolError``.
  func existingSlots(_ name: String, feed: String) throws(SpoolError) -> StateSlots? {
    do throws(SpoolError) {
      return try StateSlots(statePath(name, feed: feed), options: [])
    } catch .system(.noSuchFileOrDirectory, _, _) {
      return nil
    }
  }
}
