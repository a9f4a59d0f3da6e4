internal import Telemetry

/// How much memory the machine has left for programs.
struct MachineMemory: Equatable, Sendable {
  var totalBytes: Int
  /// What a program can have without the machine swapping.
  var availableBytes: Int

  /// Less than a twenty-fifth is left, or less than 64 MiB.
  var isShort: Bool { availableBytes < max(64 << 20, totalBytes / 25) }

  /// Nil where the kernel does not tell.
  static func now() -> MachineMemory? {
    KernelFigures(readingFile: "/proc/meminfo").flatMap(MachineMemory.init)
  }

  /// From the text of /proc/meminfo. Source: proc_meminfo(5).
  init?(meminfo text: String) { self.init(KernelFigures(text: text)) }

  private init?(_ figures: KernelFigures) {
    guard let total = figures.bytes("MemTotal"), let available = figures.bytes("MemAvailable") else { return nil }
    (totalBytes, availableBytes) = (total, available)
  }
}
