import Glibc
import SystemPackage

@testable import Spool

/// A mistake that a program with a spool could make. Each must be found by the tests that say there is none.
enum Defect: CaseIterable, Sendable {
  case noFileSync
  case noDirectorySync
  case syncRepeatedAfterFailure
  case shortWriteIgnored
  case inputRemovedFirst
  case randomOutputNames
  case noLedger
  case checkpointFirst
  case leftDraftsStay
  /// Shows where two workers meet: in the model's test.
  case noLock
  /// Children have the files, too. Shows on the machine's own file system alone: in the test of claims that a child survives.
  case inherited

  /// Those that lose or double something in a pipeline whose stages run one after another.
  static var ofOneWorker: [Defect] { allCases.filter { ![.noLock, .inherited].contains($0) } }
}

/// A file system under which the spool would have one of the defects of its own calls.
struct DefectiveFiles: FileOperations {
  let base: any FileOperations
  let defect: Defect?
  /// What a death does: the descriptor is closed, and nothing is unlocked.
  var unlocksNothing = false

  func open(
    _ path: FilePath,
    _ mode: FileDescriptor.AccessMode,
    _ options: FileDescriptor.OpenOptions
  ) throws(Errno) -> Int32 {
    let file = try base.open(path, mode, options)
    if defect == .inherited { _ = fcntl(file, F_SETFD, 0) }
    return file
  }
  func close(_ file: Int32) { base.close(file) }
  func read(_ file: Int32, at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
    try unsafe base.read(file, at: offset, into: buffer)
  }

  func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer) throws(Errno) -> Int {
    let count = try unsafe base.write(file, bytes)
    return defect == .shortWriteIgnored ? bytes.count : count
  }

  func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int) throws(Errno) -> Int {
    try unsafe base.write(file, bytes, at: offset)
  }

  func sync(_ file: Int32) throws(Errno) {
    switch defect {
    case .noFileSync: if try base.status(file).kind == .file { return }
    case .noDirectorySync: if try base.status(file).kind == .directory { return }
    case .syncRepeatedAfterFailure:
      do throws(Errno) { return try base.sync(file) } catch { return try base.sync(file) }
    default: break
    }
    try base.sync(file)
  }

  func lock(_ file: Int32, waits: Bool) throws(Errno) {
    if defect != .noLock { try base.lock(file, waits: waits) }
  }
  func unlock(_ file: Int32) {
    if !unlocksNothing { base.unlock(file) }
  }
  func status(_ file: Int32) throws(Errno) -> FileStatus { try base.status(file) }
  func status(_ path: FilePath, followsLink: Bool) throws(Errno) -> FileStatus {
    try base.status(path, followsLink: followsLink)
  }
  func rename(_ path: FilePath, to target: FilePath) throws(Errno) { try base.rename(path, to: target) }
  func rename(_ path: FilePath, toFree target: FilePath) throws(Errno) { try base.rename(path, toFree: target) }
  func remove(_ path: FilePath) throws(Errno) {
    if defect == .leftDraftsStay, path.string.contains("/incoming/") { throw .notPermitted }
    try base.remove(path)
  }
  func makeDirectory(_ path: FilePath) throws(Errno) { try base.makeDirectory(path) }
  func names(in directory: FilePath) throws(Errno) -> [String] { try base.names(in: directory) }
  func makePrivate(_ directory: FilePath) throws(Errno) { try base.makePrivate(directory) }
  func isOnNetwork(_ directory: Int32) throws(Errno) -> Bool { try base.isOnNetwork(directory) }
  func freeBytes(_ directory: Int32) throws(Errno) -> Int { try base.freeBytes(directory) }
}
