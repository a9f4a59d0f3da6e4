internal import Glibc

/// The lines `Name:   13876 kB` of a file of the kernel. Source: proc_pid_status(5), proc_meminfo(5).
public struct KernelFigures: Sendable {
  private let text: String

  /// What is read of a file; /proc/self/status is about 1.5 KB, and what is wanted of /proc/meminfo stands in its first lines.
  private static let byteCountMax = 4096

  public init(text: String) { self.text = text }

  /// Nil where the kernel has no such file.
  public init?(readingFile path: String) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: Self.byteCountMax)
    let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    guard count > 0 else { return nil }
    text = String(decoding: bytes[..<count], as: UTF8.self)
  }

  /// In bytes; nil when there is no such line.
  public func bytes(_ name: String) -> Int? {
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("\(name):") }) else { return nil }
    let words = line.split(whereSeparator: \.isWhitespace)
    guard words.count == 3, words[2] == "kB", let kibibytes = Int(words[1]) else { return nil }
    return kibibytes * 1024
  }
}
