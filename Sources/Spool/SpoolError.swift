internal import Glibc
public import SystemPackage
public import Telemetry

/// Something in the spool is not as it should be. Each case holds what a person needs to act on it.
public enum SpoolError: OperatorError, Equatable {
  /// A system call failed on a path.
  case system(Errno, call: String, path: FilePath)
  /// A file is not the segment that it should be: a checksum, a count, the name or the form is wrong.
  case damaged(FilePath, why: String)
  /// A path that is not one of a segment in this spool.
  case foreignFile(FilePath, root: FilePath)
  /// A directory or file that others could read or change, or that somebody else could have put there.
  case unsafePath(FilePath, why: String, hint: String)
  /// The spool is on a file system where locks and wake-ups do not hold as they must.
  case networkFileSystem(FilePath)
  /// A text that cannot be the name of a feed or of a file of state.
  case badName(String, of: String)
  /// Another program has it now.
  case busy(FilePath)
  /// What has that name already is not to be replaced.
  case occupied(FilePath)
  /// A record is longer than a reader takes.
  case recordTooLong(byteCount: Int, FilePath)

  public var message: String {
    switch self {
    case .system(let errno, let call, let path): "\(path): \(call) failed: \(errno)"
    case .damaged(let path, let why): "\(path): damaged: \(why)"
    case .foreignFile(let path, let root): "\(path): not a segment of the spool \(root)"
    case .unsafePath(let path, let why, _): "\(path): \(why)"
    case .networkFileSystem(let path):
      "\(path): on a network file system, where locks do not hold as a spool needs them"
    case .badName(let text, let kind): "\(text.debugDescription): not the name of a \(kind)"
    case .busy(let path): "\(path): another program is working on it"
    case .occupied(let path): "\(path): there is one of that name already"
    case .recordTooLong(let byteCount, let path):
      "\(path): a record of \(byteCount) bytes; \(SegmentReader.lineByteCountMax) is the most"
    }
  }

  public var hint: String? {
    switch self {
    case .system(let errno, _, _):
      if Self.isFull(errno) { "free some space and run it again; what was published is whole" } else { nil }
    case .damaged: "make it again from the queue before it: weir spool redo STAGE SEGMENT"
    case .foreignFile: "give a path as the stage before prints it, or as weir spool ls does"
    case .unsafePath(_, _, let hint): hint
    case .networkFileSystem: "put the spool on a local disk, or say spool.allow_network if one machine alone uses it"
    case .badName: "names have lower-case letters, digits, _ and -, at most \(FeedName.byteCountMax)"
    case .busy: "try again when it has ended"
    case .occupied: "let a stage work it off first, then try again"
    case .recordTooLong: "leave large fields out of the feed"
    }
  }

  public var exitStatus: ExitStatus {
    switch self {
    case .system(let errno, _, _):
      if Self.isFull(errno) { .temporaryFailure } else if errno == .noSuchFileOrDirectory { .noInput } else { .ioError }
    case .damaged, .foreignFile, .recordTooLong: .dataError
    case .unsafePath: .permission
    case .networkFileSystem: .config
    case .badName: .usage
    case .busy, .occupied: .temporaryFailure
    }
  }

  /// The disk, or the user's share of it, is full: an ordinary event that passes.
  private static func isFull(_ errno: Errno) -> Bool { errno == .noSpace || errno == .diskQuotaExceeded }
}

extension SpoolError {
  /// Does something with the system; what goes wrong is named by call and path.
  static func wrapping<Value: ~Copyable>(
    _ call: String,
    _ path: FilePath,
    _ body: () throws(Errno) -> Value
  ) throws(SpoolError) -> Value {
    do throws(Errno) {
      return try body()
    } catch {
      throw .system(error, call: call, path: path)
    }
  }

  /// The same for a C function that answers -1 and sets errno.
  @discardableResult
  static func checking(_ call: String, _ path: FilePath, _ body: () -> Int32) throws(SpoolError) -> Int32 {
    let result = body()
    guard result >= 0 else { throw .system(Errno(rawValue: errno), call: call, path: path) }
    return result
  }
}
