public import SystemPackage

/// A file that is read whole because it is known to be small.
public enum SmallFile {
  /// Reads it all.
  ///
  /// - Throws: `Errno` of the call that failed; `fileTooLarge` when there are `byteCountMax` bytes or more.
  public static func text(of file: FilePath, byteCountMax: Int) throws -> String {
    let descriptor = try FileDescriptor.open(file, .readOnly, options: [.closeOnExec])
    return try descriptor.closeAfter {
      var bytes: [UInt8] = []
      var piece = [UInt8](repeating: 0, count: min(byteCountMax, 64 << 10))
      while true {
        let count = try unsafe piece.withUnsafeMutableBytes { try unsafe descriptor.read(into: $0) }
        if count == 0 { return String(decoding: bytes, as: UTF8.self) }
        bytes += piece[..<count]
        guard bytes.count < byteCountMax else { throw Errno.fileTooLarge }
      }
    }
  }
}
