internal import Glibc
internal import SystemPackage
internal import Telemetry

/// Lines of standard input as they arrive, for as long as somebody wants them.
///
/// The library's `readLine` would wait in read(2) for the next line while a request to stop is there already.
struct LineInput {
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var isAtEnd = false

  /// More than any path; a longer line is no list of segments.
  static let lineByteCountMax = 64 << 10

  init(descriptor: Int32 = STDIN_FILENO) { self.descriptor = descriptor }

  /// Takes the next line.
  ///
  /// - Parameter isOver: Whether no more is wanted; asked again every ``StopRequest/interval`` while a line is waited for.
  /// - Returns: The line without its newline; nil at the end, or when no more is wanted.
  /// - Throws: ``InputError``, and what `isOver` throws.
  mutating func next(until isOver: () throws -> Bool) throws -> String? {
    while try !isOver() {
      if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: buffer[..<end], as: UTF8.self)
        buffer.removeSubrange(...end)
        return line
      }
      if isAtEnd { return rest() }
      guard buffer.count <= Self.lineByteCountMax else { throw InputError.tooLong }
      try fill()
    }
    return nil
  }

  /// What follows the last newline.
  private mutating func rest() -> String? {
    defer { buffer = [] }
    return buffer.isEmpty ? nil : String(decoding: buffer, as: UTF8.self)
  }

  private mutating func fill() throws(InputError) {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    let ready = unsafe poll(&request, 1, Int32(StopRequest.interval / .milliseconds(1)))
    if ready < 0 && errno != EINTR { throw .system(Errno(rawValue: errno)) }
    guard ready > 0 else { return }
    var block = [UInt8](repeating: 0, count: 16 << 10)
    let count = unsafe block.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    if count < 0 && errno != EINTR && errno != EAGAIN { throw .system(Errno(rawValue: errno)) }
    if count == 0 { isAtEnd = true }
    if count > 0 { buffer += block[..<count] }
  }
}

/// The list of segments on standard input cannot be read.
enum InputError: OperatorError, Equatable {
  case tooLong
  case system(Errno)

  var message: String {
    switch self {
    case .tooLong: "standard input: a line of more than \(LineInput.lineByteCountMax) bytes is no path"
    case .system(let errno): "standard input: \(errno)"
    }
  }

  var hint: String? { "- wants the paths that the stage before prints, a line each" }

  var exitStatus: ExitStatus {
    switch self {
    case .tooLong: .dataError
    case .system: .ioError
    }
  }
}
