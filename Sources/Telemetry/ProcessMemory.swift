internal import Glibc

/// How much memory this process has, and has had.
public struct ProcessMemory: Equatable, Sendable {
  /// Physical memory that this program holds, in bytes.
  public var bytes: Int
  /// The most that it has held at once.
  public var peakBytes: Int

  /// This program's; nil where the kernel does not tell.
  ///
  /// From `VmRSS` and `VmHWM` in /proc/self/status and not from getrusage(2): `ru_maxrss` begins with what the *parent* held at
  /// the moment of exec, so a small stage started by a big conductor would look big.
  public static func now() -> ProcessMemory? {
    let descriptor = unsafe open("/proc/self/status", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var text = [UInt8](repeating: 0, count: statusBytesMax)
    let count = unsafe text.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    guard count > 0 else { return nil }
    return ProcessMemory(status: String(decoding: text[..<count], as: UTF8.self))
  }

  /// The same, from the text of the file.
  init?(status text: String) {
    guard let peak = Self.bytes("VmHWM:", in: text) else { return nil }
    self.init(bytes: Self.bytes("VmRSS:", in: text) ?? peak, peakBytes: peak)
  }

  private init(bytes: Int, peakBytes: Int) {
    self.bytes = bytes
    self.peakBytes = peakBytes
  }

  /// `VmHWM:	   13876 kB`
  private static func bytes(_ name: String, in text: String) -> Int? {
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
    let words = line.split(whereSeparator: \.isWhitespace)
    guard words.count == 3, words[2] == "kB", let kibibytes = Int(words[1]) else { return nil }
    return kibibytes * 1024
  }

  /// The file is about 1.5 KB; the line is in its first half.
  private static let statusBytesMax = 4096
}
