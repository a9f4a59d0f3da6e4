public import Telemetry

/// A SQLSTATE code: five characters that say what the server refused, in any language and version.
///
/// Source: PostgreSQL documentation, appendix A.
public struct SQLState: RawRepresentable, Hashable, Sendable {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }

  public static let insufficientPrivilege = Self(rawValue: "42501")
  public static let undefinedTable = Self(rawValue: "42P01")
  public static let undefinedColumn = Self(rawValue: "42703")
  public static let noSuchConflictTarget = Self(rawValue: "42P10")
  public static let undefinedSchema = Self(rawValue: "3F000")
  public static let undefinedDatabase = Self(rawValue: "3D000")
  public static let lockNotAvailable = Self(rawValue: "55P03")
  public static let queryCancelled = Self(rawValue: "57014")
  public static let diskFull = Self(rawValue: "53100")

  /// The first two characters, for example `40`, transaction rollback.
  public var errorClass: String { String(rawValue.prefix(2)) }

  /// What a program that ends because of this exits with.
  ///
  /// Classes 08, 40, 53, 57 and 58 (connection, rollback, resources, operator, system) cure themselves, and so does a
  /// lock that was not free in time. 28 and 42501 are rights. 21, 22, 23, 44, 54 and P0 are the data: P0 is what a trigger
  /// raises. Whatever else the server says of a statement, a name or a schema is a table that does not fit
  /// pipeline.json.
  public var exitStatus: ExitStatus {
    switch errorClass {
    case "28": .permission
    case "08", "40", "53", "57", "58", "55": .temporaryFailure
    case "21", "22", "23", "44", "54", "P0": .dataError
    case "42": self == .insufficientPrivilege ? .permission : .config
    case "3D", "3F": .config
    default: .software
    }
  }

  /// The next step for a person, where the code alone tells it.
  var hint: String? {
    switch self {
    case .undefinedTable, .undefinedSchema: "create the tables with: weir db migrate"
    case .undefinedColumn, .noSuchConflictTarget: "make the table and pipeline.json agree"
    case .undefinedDatabase: "create the database, or correct database.url in pipeline.json"
    case .insufficientPrivilege: "grant the role of database.url the right it lacks"
    case .lockNotAvailable: "see who holds the lock in pg_stat_activity, then run this again"
    case .diskFull: "make room on the database server, then run this again"
    default: errorClass == "28" ? "check the user and the password in database.url" : nil
    }
  }
}
