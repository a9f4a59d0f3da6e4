internal import Glibc

/// How much memory the machine has left for programs.
struct MachineMemory: Equatable, Sendable {
  var totalBytes: Int
  /// What a program can have without the machine swapping.
  var availableBytes: Int

  /// Less than a twenty-fifth is left, or less than 64 MiB.
  var isShort: Bool { availableBytes < max(64 << 20, totalBytes / 25) }

  /// Nil where the kernel does not tell.
  static func now() -> MachineMemory? {
    let descriptor = unsafe open("/proc/meminfo", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var text = [UInt8](repeating: 0, count: byteCountMax)
    let count = unsafe text.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    guard count > 0 else { return nil }
    return MachineMemory(meminfo: String(decoding: text[..<count], as: UTF8.self))
  }

  /// From the text of /proc/meminfo. Source: proc_meminfo(5).
  init?(meminfo text: String) {
    guard let total = Self.bytes("MemTotal:", in: text), let available = Self.bytes("MemAvailable:", in: text) else {
      return nil
    }
    (totalBytes, availableBytes) = (total, available)
  }

  private static func bytes(_ name: String, in text: String) -> Int? {
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
    let words = line.split(separator: " ")
    guard words.count == 3, words[2] == "kB", let kibibytes = Int(words[1]) else { return nil }
    return kibibytes * 1024
  }

  /// Both lines are among the first three.
  private static let byteCountMax = 4096
}
