internal import Glibc

/// Standard output and standard error, written to without a buffer: a line is with its reader when the call returns.
public enum StandardStream: Int32, Sendable {
  case output = 1
  case error = 2

  /// Writes one line. Lines up to 4,096 bytes reach a pipe whole, whoever else writes to it (`PIPE_BUF`, pipe(7)).
  ///
  /// - Throws: ``StreamError``: nobody reads, or the file behind the stream cannot be written.
  public func writeLine(_ line: String) throws(StreamError) {
    var bytes = Array(line.utf8)
    bytes.append(UInt8(ascii: "\n"))
    var start = 0
    while start < bytes.count {
      let written = unsafe bytes[start...].withUnsafeBytes { unsafe write(rawValue, $0.baseAddress, $0.count) }
      if written >= 0 {
        start += written
      } else if errno == EAGAIN {
        waitUntilWritable()
      } else if errno != EINTR {
        throw StreamError(stream: self, errno: errno)
      }
    }
  }

  /// Notices that nobody reads any more before there is something to write. Only a pipe has a reader to lose.
  ///
  /// - Throws: ``StreamError``, as the next ``writeLine(_:)`` would.
  public func checkReader() throws(StreamError) {
    var request = pollfd(fd: rawValue, events: 0, revents: 0)
    // A pipe without readers is in error at its writing end, asked for or not. Source: poll(2).
    guard unsafe poll(&request, 1, 0) > 0, Int32(request.revents) & Int32(POLLERR) != 0 else { return }
    throw StreamError(stream: self, errno: EPIPE)
  }

  /// Whether a person watches: a terminal, not a file or a pipe.
  public var isTerminal: Bool { isatty(rawValue) == 1 }

  /// Someone who shares the stream may have made it non-blocking; then a full pipe is waited for here.
  private func waitUntilWritable() {
    var request = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
    _ = unsafe poll(&request, 1, -1)
  }
}

/// A standard stream did not take a line.
public struct StreamError: OperatorError, Equatable {
  /// Which stream refused.
  public var stream: StandardStream
  /// Why, as errno(3) has it.
  public var errno: Int32

  /// The reader has gone: `| head`, or a later program of the pipe that has ended.
  public var isClosed: Bool { errno == EPIPE }

  public var message: String {
    let name = stream == .output ? "standard output" : "standard error"
    if isClosed { return "\(name): the program that read it has ended" }
    return "\(name): \(unsafe String(cString: strerror(errno)))"
  }

  public var hint: String? {
    isClosed ? "see what that program said; what is in the spool stays there and can be drained with --feed" : nil
  }

  public var exitStatus: ExitStatus {
    switch errno {
    case EPIPE: .unavailable
    case ENOSPC: .temporaryFailure
    default: .ioError
    }
  }
}
