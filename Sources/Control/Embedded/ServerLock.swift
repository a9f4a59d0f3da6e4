internal import Glibc
internal import SystemPackage

/// Held while a private server is made, started or stopped: two at a time would make it twice.
struct ServerLock {
  private let descriptor: FileDescriptor

  /// Waits until nobody else holds it. Ends with the process at the latest.
  init(beside directory: FilePath) throws(EmbeddedPostgresError) {
    let name = directory.lastComponent?.string ?? "pg"
    let file = directory.removingLastComponent().appending("\(name).lock")
    try file.removingLastComponent().makeFolders()
    do {
      descriptor = try FileDescriptor.open(
        file,
        .readWrite,
        options: [.create, .closeOnExec, .noFollow],
        permissions: .ownerReadWrite
      )
    } catch {
      throw .system(error as? Errno ?? .ioError, call: "open", path: file)
    }
    while flock(descriptor.rawValue, LOCK_EX) != 0 {
      guard errno == EINTR else { throw .system(Errno(rawValue: errno), call: "flock", path: file) }
    }
  }

  func release() { try? descriptor.close() }
}
