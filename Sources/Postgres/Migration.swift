internal import Glibc
public import SystemPackage
internal import Telemetry

/// One numbered file of SQL: `0002_homes.sql`.
public struct Migration: Equatable, Sendable {
  public var number: Int
  public var fileName: String
  public var sql: String

  /// Changes when the file does. FNV-1a, 64 bits: it notices an edit, it does not keep anybody out.
  public var checksum: String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in sql.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash.padded(16, radix: 16)
  }

  /// Every migration of a folder, in order. Files that do not end in `.sql` are not looked at.
  ///
  /// - Throws: ``MigrationError`` for a folder that cannot be read, a name that is not `NNNN_name.sql`, or a number
  ///   that is there twice.
  public static func all(in directory: FilePath) throws(MigrationError) -> [Migration] {
    var found: [Migration] = []
    for name in try fileNames(in: directory).sorted() where name.hasSuffix(".sql") {
      guard let match = name.wholeMatch(of: /([0-9]{4})_[a-z0-9_]+\.sql/), let number = Int(match.1) else {
        throw .misnamed(name)
      }
      if let last = found.last, last.number == number { throw .doubled(last.fileName, name) }
      found.append(Migration(number: number, fileName: name, sql: try text(of: directory.appending(name))))
    }
    return found
  }

  private static func fileNames(in directory: FilePath) throws(MigrationError) -> [String] {
    guard let stream = unsafe opendir(directory.string) else { throw .unreadable(directory, Errno(rawValue: errno)) }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      names.append(name)
    }
    return names
  }

  private static func text(of file: FilePath) throws(MigrationError) -> String {
    do {
      return try SmallFile.text(of: file, byteCountMax: byteCountMax)
    } catch {
      throw .unreadable(file, error as? Errno ?? .ioError)
    }
  }

  /// A migration is written by hand; a megabyte is a dump.
  private static let byteCountMax = 1 << 20
}
