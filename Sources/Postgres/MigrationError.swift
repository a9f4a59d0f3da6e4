public import SystemPackage
public import Telemetry

/// The folder of migrations and the database do not go together.
public enum MigrationError: OperatorError {
  case unreadable(FilePath, Errno)
  case misnamed(String)
  case doubled(String, String)
  /// The file was applied before and has been edited since.
  case changed(String)
  /// The database has been given this one, and the folder no longer has it.
  case missing(String)

  public var message: String {
    switch self {
    case .unreadable(let path, let errno): "\(path): cannot be read: \(errno)"
    case .misnamed(let name): "\(name): not the name of a migration"
    case .doubled(let first, let second): "\(first) and \(second) have the same number"
    case .changed(let name): "\(name): changed after it was applied to this database"
    case .missing(let name): "\(name): applied to this database, and not in the folder"
    }
  }

  public var hint: String? {
    switch self {
    case .unreadable: "name the folder with --directory, or in pipeline.json as database.migrations"
    case .misnamed: "name it like 0005_what_it_does.sql"
    case .doubled: "give the later one the next free number"
    case .changed: "restore the file and put the change into a new one; migrations only go forward"
    case .missing: "migrate with the folder, or the version of it, that this database was made with"
    }
  }

  public var exitStatus: ExitStatus {
    switch self {
    case .unreadable: .noInput
    case .misnamed, .doubled, .changed, .missing: .config
    }
  }
}
