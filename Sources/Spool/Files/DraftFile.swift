internal import SystemPackage

/// A file being written, which becomes visible whole or not at all.
///
/// The draft has a name of its own that follows from the target's, and is locked while its writer lives. A draft that is
/// there and not locked was left by a writer that died: the next one removes it. So crashes leave at most one draft for a
/// name, and two writers of the same name do not meet.
struct DraftFile: ~Copyable {
  private let file: OpenFile
  private let target: FilePath
  private let whenBusy: Busy
  private var isPublished = false

  /// What to do when a living writer has the draft.
  enum Busy {
    /// ``SpoolError/busy(_:)``: the other one is doing this very work.
    case refuse
    /// The other one has something else to say, and will be done in a moment.
    case wait
  }

  /// - Parameters:
  ///   - path: The draft; on the file system of the target.
  ///   - target: What the file is called when it is complete.
  ///   - whenBusy: What to do when a living writer has the draft.
  /// - Throws: ``SpoolError``.
  init(_ path: FilePath, for target: FilePath, whenBusy: Busy = .refuse) throws(SpoolError) {
    var made: OpenFile?
    while made == nil { made = try Self.attempt(path, whenBusy) }
    guard let file = made.take() else { preconditionFailure("the loop ends with a file") }
    self.file = file
    self.target = target
    self.whenBusy = whenBusy
  }

  deinit {
    // The content is of no use, so neither is an error here; the next writer of this name removes what stays.
    if !isPublished { _ = try? FileName.remove(file.path) }
    // Until here the lock keeps a worker from claiming what a power cut could still take away. It must be gone before
    // the file is closed: a closed file is what a watch wakes for, and a program that is being started keeps a copy of it.
    file.unlock()
  }

  func write(_ bytes: Span<UInt8>) throws(SpoolError) { try file.write(bytes) }

  /// Makes the content durable, then the name.
  ///
  /// Bytes first, then the name, then the directory: after a power cut the target is as before or complete. Only when
  /// this returns may the caller forget where the content came from.
  ///
  /// - Throws: ``SpoolError``; the draft is gone, and the target as before, except when only the directory's sync failed.
  consuming func publish() throws(SpoolError) {
    try file.sync()
    try replaceTarget()
    isPublished = true
    try Directory.sync(target.parentDirectory)
  }

  /// A worker that has the target claimed keeps it: replaced under its hands, it would finish what it has not read.
  /// A writer of state has it for as long as its own publishing takes, which is waited for.
  private func replaceTarget() throws(SpoolError) {
    let old: OpenFile
    do throws(SpoolError) { old = try OpenFile(target) } catch .system(.noSuchFileOrDirectory, _, _) {
      return try FileName.rename(file.path, to: target)
    }
    guard try old.lock(waits: whenBusy == .wait) else { throw .busy(target) }
    try FileName.rename(file.path, to: target)
  }

  /// One try to make the draft.
  ///
  /// - Returns: Nil when something was in the way that is gone now.
  private static func attempt(_ path: FilePath, _ whenBusy: Busy) throws(SpoolError) -> OpenFile? {
    do throws(SpoolError) {
      let file = try OpenFile(path, .writeOnly, options: [.create, .exclusiveCreate])
      // Between making and locking it, another writer may have taken it for one that was left.
      guard try file.lock(), try file.isStill(at: path) else { return nil }
      return file
    } catch .system(.fileExists, _, _) {
      try removeLeft(path, whenBusy)
      return nil
    }
  }

  private static func removeLeft(_ path: FilePath, _ whenBusy: Busy) throws(SpoolError) {
    do throws(SpoolError) {
      let left = try OpenFile(path)
      guard try left.lock(waits: whenBusy == .wait) else { throw SpoolError.busy(path) }
      defer { left.unlock() }
      if try left.isStill(at: path) { try FileName.remove(path) }
    } catch .system(.noSuchFileOrDirectory, _, _) {
      return
    }
  }
}
