internal import Glibc
internal import SystemPackage

/// Wakes a worker when something becomes ready in one of several queues.
///
/// What comes between making the watch and waiting is not missed: make the watch, work off what is ready, then wait.
public struct QueueWatch: ~Copyable {
  private let descriptor: FileDescriptor

  /// - Throws: ``SpoolError``: the system allows a user a number of watches, `fs.inotify.max_user_instances`.
  public init(_ queues: [SpoolQueue]) throws(SpoolError) {
    let root = queues.first?.root ?? "."
    let options = Int32(IN_CLOEXEC | IN_NONBLOCK)
    let number = try SpoolError.checking("inotify_init1", root) { inotify_init1(options) }
    let descriptor = FileDescriptor(rawValue: number)
    do throws(SpoolError) {
      // A publisher closes the file after it is complete and its lock is gone; a person moves files by hand.
      let events = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO)
      for queue in queues {
        let directory = queue.directory(.ready)
        try SpoolError.checking("inotify_add_watch", directory) {
          unsafe directory.withPlatformString { unsafe inotify_add_watch(number, $0, events) }
        }
      }
    } catch {
      try? descriptor.close()
      throw error
    }
    self.descriptor = descriptor
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
    drain()
    return true
  }

  /// What exactly happened does not matter: the worker looks into the directory.
  private func drain() {
    var events = [UInt8](repeating: 0, count: 16 << 10)
    while let count = try? unsafe events.withUnsafeMutableBytes({ unsafe try descriptor.read(into: $0) }), count > 0 {}
  }
}
