internal import Glibc
public import SystemPackage
public import Telemetry

/// A file for the node exporter's textfile collector: put in its place whole, so that it is never read half.
public enum MetricsFile {
  /// Writes a text beside the file and renames it there. The file can be read by everybody: the node exporter has a user
  /// of its own.
  ///
  /// - Throws: ``MetricsFileError``.
  public static func write(_ text: String, to path: FilePath) throws(MetricsFileError) {
    // The collector reads what ends in .prom; the draft does not.
    let draft = FilePath("\(path).\(getpid())")
    do {
      let file = try FileDescriptor.open(
        draft,
        .writeOnly,
        options: [.create, .exclusiveCreate, .closeOnExec, .noFollow],
        permissions: [.ownerReadWrite, .groupRead, .otherRead]
      )
      _ = try file.closeAfter {
        // Whatever the umask says.
        guard fchmod(file.rawValue, 0o644) == 0 else { throw Errno(rawValue: errno) }
        _ = try file.writeAll(text.utf8)
        guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
      }
      guard unsafe rename(draft.string, path.string) == 0 else { throw Errno(rawValue: errno) }
    } catch {
      unsafe unlink(draft.string)
      throw MetricsFileError(path: path.string, reason: "\(error)")
    }
  }
}

/// The metrics could not be written.
public struct MetricsFileError: OperatorError {
  public var path: String
  public var reason: String

  public var message: String { "metrics file \(path): \(reason)" }
  public var hint: String? { "name a file in a folder that this user may write to" }
  public var exitStatus: ExitStatus { .ioError }
}
