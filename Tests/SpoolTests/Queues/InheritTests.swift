import Foundation
import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import Spool

/// A claim ends with the worker, not with a child that the worker has started.
struct InheritTests {
  /// Whether a segment is free after its worker has gone, while a child that it started lives.
  private func isFree(isInherited: Bool, isKilled: Bool) throws -> Bool {
    let files = DefectiveFiles(base: SystemFiles(), defect: isInherited ? .inherited : nil, unlocksNothing: isKilled)
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
    #expect(try isFree(isInherited: false, isKilled: true))
    #expect(try !isFree(isInherited: true, isKilled: true))
  }

  @Test("what a worker gives back is free at once, though a program that is being started has a copy of the file")
  func givenBack() throws {
    #expect(try isFree(isInherited: true, isKilled: false))
  }
}
