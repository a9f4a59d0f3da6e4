import Foundation
import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import Spool

/// A claim ends with the worker, not with a child that the worker has started.
struct InheritTests {
  /// The machine's files, opened so that children inherit them: the defect that this suite is for.
  private struct InheritedFiles: FileOperations {
    let base = SystemFiles()
    func open(
      _ path: FilePath,
      _ mode: FileDescriptor.AccessMode,
      _ options: FileDescriptor.OpenOptions
    ) throws(Errno) -> Int32 {
      let file = try base.open(path, mode, options)
      _ = fcntl(file, F_SETFD, 0)
      return file
    }
    func close(_ file: Int32) { base.close(file) }
    func read(_ file: Int32, at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
      try unsafe base.read(file, at: offset, into: buffer)
    }
    func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer) throws(Errno) -> Int {
      try unsafe base.write(file, bytes)
    }
    func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int) throws(Errno) -> Int {
      try unsafe base.write(file, bytes, at: offset)
    }
    func sync(_ file: Int32) throws(Errno) { try base.sync(file) }
    func lock(_ file: Int32, waits: Bool) throws(Errno) { try base.lock(file, waits: waits) }
    // What a death does: the descriptor is closed, and nothing is unlocked.
    func unlock(_ file: Int32) {}
    func status(_ file: Int32) throws(Errno) -> FileStatus { try base.status(file) }
    func status(_ path: FilePath, followsLink: Bool) throws(Errno) -> FileStatus {
      try base.status(path, followsLink: followsLink)
    }
    func rename(_ path: FilePath, to target: FilePath) throws(Errno) { try base.rename(path, to: target) }
    func rename(_ path: FilePath, toFree target: FilePath) throws(Errno) { try base.rename(path, toFree: target) }
    func remove(_ path: FilePath) throws(Errno) { try base.remove(path) }
    func makeDirectory(_ path: FilePath) throws(Errno) { try base.makeDirectory(path) }
    func names(in directory: FilePath) throws(Errno) -> [String] { try base.names(in: directory) }
    func makePrivate(_ directory: FilePath) throws(Errno) { try base.makePrivate(directory) }
    func isOnNetwork(_ directory: Int32) throws(Errno) -> Bool { try base.isOnNetwork(directory) }
    func freeBytes(_ directory: Int32) throws(Errno) -> Int { try base.freeBytes(directory) }
  }

  /// Whether a segment is free after its worker has gone, while a child that it started lives.
  private func isFree(under files: any FileOperations) throws -> Bool {
    let folder = try TemporarySpool()
    try folder.publish(["{}"], name: Samples.name(1))
    let queue = try folder.spool.queue(.fetched, feed: "cars")
    var child = pid_t()
    try Files.$current.withValue(files) {
      let claimed = try queue.mustClaim(Samples.name(1))
      let words = ["sleep", "600"]
      var arguments: [UnsafeMutablePointer<CChar>?] = unsafe words.map { word in unsafe strdup(word) }
      unsafe arguments.append(nil)
      let code = unsafe posix_spawn(&child, "/bin/sleep", nil, nil, &arguments, environ)
      #expect(code == 0)
      claimed.release()
    }
    defer {
      kill(child, SIGKILL)
      _ = waitpid(child, nil, 0)
    }
    // A program that another test starts at this moment has the file too, until it is what it will be.
    let end = ContinuousClock.now + .seconds(2)
    while ContinuousClock.now < end {
      if try queue.claim(Samples.name(1)) != nil { return true }
      usleep(10_000)
    }
    return false
  }

  @Test("a child that outlives its worker does not keep the worker's claim; were the file inherited, it would")
  func inherited() throws {
    #expect(try isFree(under: SystemFiles()))
    #expect(try !isFree(under: InheritedFiles()))
  }
}
