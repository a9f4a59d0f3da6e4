public import SystemPackage
public import Telemetry

/// The private server could not be made, started or stopped.
public enum EmbeddedPostgresError: OperatorError {
  /// No PostgreSQL server is installed, or not the version that the data directory was made by.
  case notInstalled(version: String?)
  /// This is root, a server refuses to run as root, and there is no user `postgres`.
  case noServerUser
  case system(Errno, call: String, path: FilePath)
  /// Something is in the way that this program did not make, or that others may write to.
  case foreign(FilePath)
  /// Earlier servers of this path left their data, and more of it than anybody should keep.
  case crowded(FilePath)
  /// A program of PostgreSQL's ended with an error; its last line.
  case failed(step: String, words: String)

  public var message: String {
    switch self {
    case .notInstalled(let version): "PostgreSQL\(version.map { " \($0)" } ?? "") is not installed here"
    case .noServerUser: "a database server does not run as root, and there is no user postgres to run it as"
    case .system(let errno, let call, let path): "\(path): \(call): \(errno)"
    case .foreign(let path): "\(path): belongs to another user, or is no folder"
    case .crowded(let path): "\(path) and those beside it hold the data of earlier servers"
    case .failed(let step, let words): "could not \(step): \(words)"
    }
  }

  public var hint: String? {
    switch self {
    case .notInstalled(let version): "apt-get install postgresql\(version.map { "-\($0)" } ?? "")"
    case .noServerUser: "run this as an ordinary user, or install the package postgresql, which makes that user"
    case .foreign: "see whose it is, and move it away or choose another --directory"
    case .crowded: "remove those that are not needed any more"
    case .system, .failed: nil
    }
  }

  public var exitStatus: ExitStatus {
    switch self {
    case .notInstalled, .noServerUser, .crowded, .failed: .unavailable
    case .system: .ioError
    case .foreign: .permission
    }
  }
}
