internal import Glibc
internal import SystemPackage

/// A small file's text.
enum FileText {
  /// - Throws: `Errno`.
  static func read(_ path: FilePath) throws -> String {
    let descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
    return try descriptor.closeAfter {
      var bytes = [UInt8](repeating: 0, count: 4096)
      let count = try unsafe bytes.withUnsafeMutableBytes { try unsafe descriptor.read(into: $0) }
      return String(decoding: bytes[..<count], as: UTF8.self)
    }
  }
}

extension FilePath {
  /// What the path leads to, links followed.
  var isDirectory: Bool { (try? stat())?.type == .directory }
  var isFile: Bool { (try? stat())?.type == .regular }

  /// Makes the folder and those above it where they are missing, open to all to pass through.
  ///
  /// - Throws: ``EmbeddedPostgresError/system(_:call:path:)``.
  func makeFolders() throws(EmbeddedPostgresError) {
    guard !isDirectory, !components.isEmpty else { return }
    try removingLastComponent().makeFolders()
    guard unsafe mkdir(string, 0o755) == 0 || errno == EEXIST else {
      throw .system(Errno(rawValue: errno), call: "mkdir", path: self)
    }
  }
}
