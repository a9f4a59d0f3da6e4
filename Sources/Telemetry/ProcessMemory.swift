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
    KernelFigures(readingFile: "/proc/self/status").flatMap(ProcessMemory.init)
  }

  /// The same, from the text of the file.
  init?(status text: String) { self.init(KernelFigures(text: text)) }

  private init?(_ figures: KernelFigures) {
    guard let peak = figures.bytes("VmHWM") else { return nil }
    self.init(bytes: figures.bytes("VmRSS") ?? peak, peakBytes: peak)
  }

  private init(bytes: Int, peakBytes: Int) {
    self.bytes = bytes
    self.peakBytes = peakBytes
  }
}
