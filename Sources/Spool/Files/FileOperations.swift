internal import SystemPackage

/// What the spool asks of a file system, call by call. Everything that it reads and writes goes through here, so that a
/// test can put a file system below it that loses what was not made durable, or fails at any one call.
///
/// Each call is one system call or nearly so, and promises what POSIX promises of it: nothing is retried here.
protocol FileOperations: Sendable {
  /// Opens a file or directory. Symbolic links are never followed, and children never inherit it.
  func open(
    _ path: FilePath,
    _ mode: FileDescriptor.AccessMode,
    _ options: FileDescriptor.OpenOptions
  ) throws(Errno) -> Int32
  func close(_ file: Int32)
  /// Fewer bytes than there is room for whenever the system likes; none at the end.
  func read(_ file: Int32, at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int
  /// As many bytes as the system likes, at the place where the last writing ended.
  func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer) throws(Errno) -> Int
  /// As many bytes as the system likes, at a place of the file.
  func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int) throws(Errno) -> Int
  /// Makes durable what was written to a file; of a directory, what was made, renamed and removed in it.
  func sync(_ file: Int32) throws(Errno)
  /// - Throws: `wouldBlock` when another has it and this does not wait.
  func lock(_ file: Int32, waits: Bool) throws(Errno)
  func unlock(_ file: Int32)
  func status(_ file: Int32) throws(Errno) -> FileStatus
  /// A symbolic link counts as itself unless it is followed.
  func status(_ path: FilePath, followsLink: Bool) throws(Errno) -> FileStatus
  /// Whatever had the new name is gone in the same moment; a directory takes the place of an empty one only.
  func rename(_ path: FilePath, to target: FilePath) throws(Errno)
  /// - Throws: `fileExists` when something has the new name.
  func rename(_ path: FilePath, toFree target: FilePath) throws(Errno)
  func remove(_ path: FilePath) throws(Errno)
  /// For its owner alone.
  func makeDirectory(_ path: FilePath) throws(Errno)
  /// But `.` and `..`, in no order.
  func names(in directory: FilePath) throws(Errno) -> [String]
  func makePrivate(_ directory: FilePath) throws(Errno)
  /// Whether other machines reach an open directory's file system too.
  func isOnNetwork(_ directory: Int32) throws(Errno) -> Bool
  /// Bytes that a program without special rights may still write to an open directory's file system.
  func freeBytes(_ directory: Int32) throws(Errno) -> Int
}

/// What stat(2) says, as far as the spool asks.
struct FileStatus: Equatable, Sendable {
  enum Kind: Sendable {
    case file
    case directory
    case symbolicLink
    case other
  }

  var kind: Kind
  var device: UInt64
  var inode: UInt64
  var size: Int
  /// Bytes that it takes on the disk.
  var storedBytes: Int
  var userID: UInt32
  /// The twelve bits that chmod(2) sets.
  var permissions: UInt32
  /// Seconds since 1970.
  var modifiedAt: Int
  var changedAt: Int

  /// Whether two are of the same file.
  func isSame(as other: FileStatus) -> Bool { inode == other.inode && device == other.device }
}

/// The file system that the spool works on.
enum Files {
  /// The machine's own, but for tests.
  @TaskLocal static var current: any FileOperations = SystemFiles()
}

/// A call that a signal interrupted is made again: it has done nothing. Not for fsync, of which that is not known.
func uninterrupted<Value>(_ call: () throws(Errno) -> Value) throws(Errno) -> Value {
  while true {
    do throws(Errno) { return try call() } catch .interrupted { continue }
  }
}
