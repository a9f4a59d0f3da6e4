internal import Glibc

/// How much memory this process has had.
public enum ProcessMemory {
  /// The most physical memory that this program has held at once, in bytes; nil where the kernel does not tell.
  ///
  /// From `VmHWM` in /proc/self/status and not from getrusage(2): `ru_maxrss` begins with what the *parent* held at
  /// the moment of exec, so a small stage started by a big conductor would look big.
  public static func peakBytes() -> Int? {
    let descriptor = unsafe open("/proc/self/status", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var text = [UInt8](repeating: 0, count: statusBytesMax)
    let count = unsafe text.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    guard count > 0 else { return nil }
    return peakBytes(inStatus: String(decoding: text[..<count], as: UTF8.self))
  }

  /// The same, from the text of the file: `VmHWM:	   13876 kB`.
  static func peakBytes(inStatus text: String) -> Int? {
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }) else { return nil }
    let words = line.split(whereSeparator: \.isWhitespace)
    guard words.count == 3, words[2] == "kB", let kibibytes = Int(words[1]) else { return nil }
    return kibibytes * 1024
  }

  /// The file is about 1.5 KB; the line is in its first half.
  private static let statusBytesMax = 4096
}
