import Synchronization
import SystemPackage

@testable import Spool

/// A file system in memory that keeps after a power cut only what was made durable, and fails where a test says.
///
/// Weaker than any in use, so that what holds here holds everywhere: bytes are durable after fsync of the file and not
/// before, names after fsync of a directory that they are in. A rename is one step, as POSIX has it. An fsync that failed
/// takes the bytes for written, as Linux does: a second one succeeds and saves nothing.
final class SimulatedFiles: FileOperations {
  /// What happens at one call.
  enum Event: Equatable, Sendable {
    /// The process dies before the call; every later call of it fails.
    case death
    case error(Errno)
    /// A write that writes half.
    case shortWrite
  }

  /// What is left of what was not durable.
  enum Remains: Sendable {
    /// All of it: the process died, the machine did not.
    case everything
    case nothing
    /// These of the pending changes of names, in order; and of unsynced bytes what the second says.
    case some(changes: [Bool], bytes: Bytes)
  }

  /// What became of the bytes of a file that was not synced.
  enum Bytes: CaseIterable, Sendable {
    case durable, empty, zeros, half, all
  }

  struct Call: Equatable, Sendable {
    var name: String
    var path: String
  }

  private let state = Mutex(State())

  // MARK: What tests say and ask.

  /// Calls so far since the last restart.
  var calls: [Call] { state.withLock(\.calls) }
  var pendingCount: Int { state.withLock(\.pending.count) }
  /// Whether a file has bytes that are not durable.
  var hasUnsyncedBytes: Bool { state.withLock { state in state.nodes.values.contains { $0.content != $0.durable } } }

  /// The same disk once more.
  func fork() -> SimulatedFiles {
    let copy = SimulatedFiles()
    let now = state.withLock { $0 }
    copy.state.withLock { $0 = now }
    return copy
  }

  /// Lets something happen at a call, counted from 1.
  func plan(_ event: Event, at call: Int) { state.withLock { $0.events[call] = event } }

  /// Lets something happen at the next call.
  func planNext(_ event: Event) { state.withLock { $0.events[$0.calls.count + 1] = event } }

  /// Other machines reach it too.
  func share() { state.withLock { $0.isOnNetwork = true } }

  /// Bytes that all files together may have.
  func limit(to bytes: Int?) { state.withLock { $0.capacity = bytes } }

  /// The machine, or the process, comes up again.
  func restart(keeping remains: Remains) { state.withLock { $0.restart(remains) } }

  /// Turns one bit of a file over.
  func flip(bit: Int, of path: FilePath) throws {
    try state.withLock { state in
      let inode = try state.inode(path)
      state.nodes[inode]?.content[bit / 8] ^= 1 << (bit % 8)
    }
  }

  // MARK: FileOperations

  func open(
    _ path: FilePath,
    _ mode: FileDescriptor.AccessMode,
    _ options: FileDescriptor.OpenOptions
  ) throws(Errno) -> Int32 {
    try state.withLock { (state) throws(Errno) in
      try state.enter("open", path)
      let inode: Int
      if let there = try state.find(path) {
        if options.contains(.exclusiveCreate) { throw Errno.fileExists }
        inode = there
      } else {
        guard options.contains(.create) else { throw Errno.noSuchFileOrDirectory }
        inode = try state.make(path, isDirectory: false)
      }
      state.lastHandle += 1
      state.handles[state.lastHandle] = Handle(inode: inode, path: path)
      return state.lastHandle
    }
  }

  func close(_ file: Int32) {
    state.withLock { state in
      guard let handle = state.handles.removeValue(forKey: file) else { return }
      if state.locks[handle.inode] == file { state.locks[handle.inode] = nil }
    }
  }

  func read(_ file: Int32, at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
    let bytes = try state.withLock { (state) throws(Errno) -> [UInt8] in
      let handle = try state.handle(file, "read")
      return Array(state.nodes[handle.inode]?.content.dropFirst(offset).prefix(buffer.count) ?? [])
    }
    unsafe buffer.copyBytes(from: bytes)
    return bytes.count
  }

  func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer) throws(Errno) -> Int {
    let bytes = unsafe Array(bytes)
    return try state.withLock { (state) throws(Errno) in
      var count = bytes.count
      let handle: Handle
      do throws(Errno) { handle = try state.handle(file, "write") } catch {
        guard error == State.half, let open = state.handles[file] else { throw error }
        handle = open
        count = max(1, count / 2)
      }
      if let capacity = state.capacity {
        let room = capacity - state.usedBytes
        guard room > 0 else { throw Errno.noSpace }
        count = min(count, room)
      }
      state.nodes[handle.inode]?.content += bytes[..<count]
      state.nodes[handle.inode]?.isDirty = true
      return count
    }
  }

  func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int) throws(Errno) -> Int {
    let bytes = unsafe Array(bytes)
    return try state.withLock { (state) throws(Errno) in
      let handle = try state.handle(file, "pwrite")
      var content = state.nodes[handle.inode]?.content ?? []
      content += Array(repeating: 0, count: max(0, offset + bytes.count - content.count))
      content.replaceSubrange(offset..<offset + bytes.count, with: bytes)
      state.nodes[handle.inode]?.content = content
      state.nodes[handle.inode]?.isDirty = true
      return bytes.count
    }
  }

  func sync(_ file: Int32) throws(Errno) {
    try state.withLock { (state) throws(Errno) in
      do throws(Errno) {
        let handle = try state.handle(file, "fsync")
        state.makeDurable(handle.inode)
      } catch {
        if let handle = state.handles[file], !state.isDown { state.nodes[handle.inode]?.isDirty = false }
        throw error
      }
    }
  }

  func lock(_ file: Int32, waits: Bool) throws(Errno) {
    try state.withLock { (state) throws(Errno) in
      let handle = try state.handle(file, "flock")
      if let owner = state.locks[handle.inode], owner != file {
        precondition(!waits, "nobody else runs who could give it back")
        throw Errno.wouldBlock
      }
      state.locks[handle.inode] = file
    }
  }

  func unlock(_ file: Int32) {
    state.withLock { state in
      if let handle = state.handles[file], state.locks[handle.inode] == file { state.locks[handle.inode] = nil }
    }
  }

  func status(_ file: Int32) throws(Errno) -> FileStatus {
    try state.withLock { (state) throws(Errno) in state.status(of: try state.handle(file, "fstat").inode) }
  }

  func status(_ path: FilePath, followsLink: Bool) throws(Errno) -> FileStatus {
    try state.withLock { (state) throws(Errno) in
      try state.enter("lstat", path)
      return state.status(of: try state.inode(path))
    }
  }

  func rename(_ path: FilePath, to target: FilePath) throws(Errno) { try rename(path, target, replaces: true) }
  func rename(_ path: FilePath, toFree target: FilePath) throws(Errno) { try rename(path, target, replaces: false) }

  private func rename(_ path: FilePath, _ target: FilePath, replaces: Bool) throws(Errno) {
    try state.withLock { (state) throws(Errno) in
      try state.enter("rename", path)
      let inode = try state.inode(path)
      if let there = try state.find(target) {
        if !replaces { throw Errno.fileExists }
        if state.nodes[there]?.entries.isEmpty == false { throw Errno.directoryNotEmpty }
      }
      let from = (try state.inode(path.parentDirectory), path.lastComponent?.string ?? "")
      let to = (try state.inode(target.parentDirectory), target.lastComponent?.string ?? "")
      state.change(.rename(from: from.0, from.1, to: to.0, to.1, inode))
    }
  }

  func remove(_ path: FilePath) throws(Errno) {
    try state.withLock { (state) throws(Errno) in
      try state.enter("unlink", path)
      _ = try state.inode(path)
      state.change(.unlink(try state.inode(path.parentDirectory), path.lastComponent?.string ?? ""))
    }
  }

  func makeDirectory(_ path: FilePath) throws(Errno) {
    try state.withLock { (state) throws(Errno) in
      try state.enter("mkdir", path)
      if (try? state.inode(path)) != nil { throw Errno.fileExists }
      _ = try state.make(path, isDirectory: true)
    }
  }

  func names(in directory: FilePath) throws(Errno) -> [String] {
    try state.withLock { (state) throws(Errno) in
      try state.enter("readdir", directory)
      let inode = try state.inode(directory)
      return Array((state.nodes[inode]?.entries ?? [:]).keys)
    }
  }

  func makePrivate(_ directory: FilePath) throws(Errno) {}
  func isOnNetwork(_ directory: Int32) throws(Errno) -> Bool { state.withLock(\.isOnNetwork) }
  func freeBytes(_ directory: Int32) throws(Errno) -> Int {
    state.withLock { state in state.capacity.map { max(0, $0 - state.usedBytes) } ?? 1 << 40 }
  }
}
