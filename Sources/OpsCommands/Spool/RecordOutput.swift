internal import SystemPackage
internal import Telemetry

/// Records on their way to a file descriptor, byte for byte: no text is made of them.
struct RecordOutput {
  /// What is written at once: a few system calls for each block of a segment.
  private static let blockBytes = 256 << 10

  private let descriptor: FileDescriptor
  private var bytes: [UInt8] = []

  init(to descriptor: FileDescriptor) { self.descriptor = descriptor }

  /// One record, and the newline after it.
  mutating func append(_ record: Span<UInt8>) throws(OutputError) {
    unsafe record.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    bytes.append(UInt8(ascii: "\n"))
    if bytes.count >= Self.blockBytes { try flush() }
  }

  mutating func flush() throws(OutputError) {
    defer { bytes.removeAll(keepingCapacity: true) }
    do {
      try descriptor.writeAll(bytes)
    } catch {
      throw OutputError(errno: error as? Errno ?? .ioError)
    }
  }
}

/// Standard output did not take the records.
struct OutputError: OperatorError, Equatable {
  var errno: Errno

  /// The reader has what it wanted: `| head`.
  var isClosed: Bool { errno == .brokenPipe }

  var message: String { "standard output: \(errno)" }
  var exitStatus: ExitStatus { errno == .noSpace ? .temporaryFailure : .ioError }
}
