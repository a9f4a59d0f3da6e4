internal import Glibc
internal import SystemPackage

/// The door to the file itself.
enum ConfigFile {
  /// Largest file that is read; one with a thousand feeds has half of this.
  static let byteCountMax = 4 << 20

  /// The same path from the root, so that it holds wherever the program goes.
  static func absolute(_ path: FilePath) throws(ConfigFileError) -> FilePath {
    if path.isAbsolute { return path.lexicallyNormalized() }
    guard let here = unsafe getcwd(nil, 0) else {
      throw ConfigFileError(path: path, reason: "the working directory is gone: \(Errno(rawValue: errno))")
    }
    defer { unsafe free(here) }
    return unsafe FilePath(platformString: here).pushing(path).lexicallyNormalized()
  }

  static func read(_ path: FilePath) throws(ConfigFileError) -> [UInt8] {
    do {
      let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
      return try file.closeAfter { try readAll(file) }
    } catch let error as Errno {
      throw ConfigFileError(path: path, reason: error == .fileTooLarge ? "is larger than 4 MiB" : "\(error)")
    } catch {
      throw ConfigFileError(path: path, reason: "cannot be read: \(error)")
    }
  }

  private static func readAll(_ file: FileDescriptor) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 64 << 10)
    while bytes.count <= byteCountMax {
      let count = try unsafe block.withUnsafeMutableBytes { unsafe try file.read(into: $0) }
      if count == 0 { return bytes }
      bytes += block[..<count]
    }
    throw Errno.fileTooLarge
  }
}
