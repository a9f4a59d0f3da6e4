internal import FoundationEssentials
internal import Glibc
internal import SystemPackage

/// Which files are locked at this moment, as the kernel says: so a listing can tell what is claimed and claims nothing.
///
/// Trying the lock instead would take it for a moment, in which a worker would pass the segment by. Locks of processes that
/// this one cannot see (another container's) do not show. Source: proc_locks(5).
struct FileLocks: Sendable {
  private var inodes: Set<UInt64> = []

  /// What the kernel says now; nothing where there is no `/proc`.
  static func now() -> FileLocks {
    guard let data = FileManager.default.contents(atPath: "/proc/locks") else { return FileLocks() }
    return FileLocks(table: String(decoding: data, as: UTF8.self))
  }

  private init() {}

  /// - Parameter table: Lines such as `1: FLOCK  ADVISORY  WRITE 4711 fe:00:131073 0 EOF`.
  init(table: String) {
    for line in table.split(separator: "\n") {
      let fields = line.split(separator: " ", omittingEmptySubsequences: true)
      // A line with an arrow is of one who waits.
      guard fields.count >= 6, fields[1] == "FLOCK" else { continue }
      // The device is left out: file systems with subvolumes say another number here than stat(2) does. Within one spool,
      // which is one file system, the inode alone says it.
      if let inode = fields[5].split(separator: ":").last.flatMap({ UInt64($0) }) { inodes.insert(inode) }
    }
  }

  func contains(inode: UInt64) -> Bool { inodes.contains(inode) }
}
