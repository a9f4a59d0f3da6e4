internal import Glibc
internal import SystemPackage

/// Wakes a worker when something becomes ready in one of several queues.
///
/// What comes between making the watch and waiting is not missed: make the watch, work off what is ready, then wait.
public struct QueueWatch: ~Copyable {
  private let descriptor: FileDescriptor
  private let directories: [FilePath]

  /// - Throws: ``SpoolError``: the system allows a user a number of watches, `fs.inotify.max_user_instances`.
  public init(_ queues: [SpoolQueue]) throws(SpoolError) {
    let root = queues.first?.root ?? "."
    let options = Int32(IN_CLOEXEC | IN_NONBLOCK)
    let number = try SpoolError.checking("inotify_init1", root) { inotify_init1(options) }
    let descriptor = FileDescriptor(rawValue: number)
    let directories = queues.map { $0.directory(.ready) }
    do throws(SpoolError) {
      try Self.watch(directories, with: descriptor)
    } catch {
      try? descriptor.close()
      throw error
    }
    self.descriptor = descriptor
    self.directories = directories
  }

  /// One that is watched already stays so.
  private static func watch(_ directories: [FilePath], with descriptor: FileDescriptor) throws(SpoolError) {
    // A publisher closes the file after it is complete and its lock is gone; a person moves files by hand.
    let events = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO)
    for directory in directories {
      try SpoolError.checking("inotify_add_watch", directory) {
        unsafe directory.withPlatformString { unsafe inotify_add_watch(descriptor.rawValue, $0, events) }
      }
    }
  }

  deinit { try? descriptor.close() }

  /// Waits until something came since the last call, a signal came, or the time is over.
  ///
  /// - Returns: Whether something came. It may be what this worker knows already, or be gone by now.
  /// - Throws: ``SpoolError``.
  public mutating func wait(atMost time: Duration) throws(SpoolError) -> Bool {
    let milliseconds = time.components.seconds * 1000 + time.components.attoseconds / 1_000_000_000_000_000
    var request = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
    let count = unsafe poll(&request, 1, Int32(clamping: max(0, milliseconds)))
    if count < 0, errno != EINTR { throw .system(Errno(rawValue: errno), call: "poll", path: ".") }
    guard count > 0 else { return false }
    // A directory that was made anew is another one under the same name.
    if drain() { try Self.watch(directories, with: descriptor) }
    return true
  }

  /// What exactly happened does not matter: the worker looks into the directory.
  ///
  /// - Returns: Whether a watch ended, because its directory is gone.
  private func drain() -> Bool {
    var events = [UInt8](repeating: 0, count: 16 << 10)
    var isEnded = false
    while let count = try? unsafe events.withUnsafeMutableBytes({ unsafe try descriptor.read(into: $0) }), count > 0 {
      isEnded = isEnded || Self.hasEnd(events[..<count])
    }
    return isEnded
  }

  /// Each event is four numbers of 32 bits (watch, mask, cookie, length) and a name of that length. Source: inotify(7).
  private static func hasEnd(_ events: ArraySlice<UInt8>) -> Bool {
    func number(at place: Int) -> Int { (0..<4).reduce(0) { $0 | Int(events[place + $1]) << ($1 * 8) } }
    var place = events.startIndex
    while place + 16 <= events.endIndex {
      if number(at: place + 4) & Int(IN_IGNORED) != 0 { return true }
      place += 16 + number(at: place + 12)
    }
    return false
  }
}
