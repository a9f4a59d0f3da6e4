internal import FoundationEssentials
internal import Glibc
internal import SystemPackage

/// Which files are locked at this moment, as the kernel says: so a listing can tell what is claimed and claims nothing.
///
/// Trying the lock instead would take it for a moment, in which a worker would pass the segment by. Locks of processes that
/// this one cannot see (another container's) do not show. Source: proc_locks(5).
struct FileLocks: Sendable {
  /// By inode, the devices on which a file of that number is locked.
  private var devices: [UInt64: Set<String>] = [:]
  /// Devices that are mounted, as `/proc/locks` writes them.
  private var mounted: Set<String> = []

  /// What the kernel says now; nothing where there is no `/proc`.
  static func now() -> FileLocks {
    func text(_ path: String) -> String? {
      FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
    guard let table = text("/proc/locks") else { return FileLocks() }
    return FileLocks(table: table, mounts: text("/proc/self/mountinfo") ?? "")
  }

  private init() {}

  /// - Parameters:
  ///   - table: Lines such as `1: FLOCK  ADVISORY  WRITE 4711 fe:00:131073 0 EOF`; the device in hexadecimal digits.
  ///   - mounts: Lines such as `22 1 254:0 / / rw - ext4 …`; the device in decimal digits. Source: proc_pid_mountinfo(5).
  init(table: String, mounts: String) {
    for line in table.split(separator: "\n") {
      let fields = line.split(separator: " ", omittingEmptySubsequences: true)
      // A line with an arrow is of one who waits.
      guard fields.count >= 6, fields[1] == "FLOCK" else { continue }
      let parts = fields[5].split(separator: ":")
      guard parts.count == 3, let inode = UInt64(parts[2]) else { continue }
      devices[inode, default: []].insert("\(parts[0]):\(parts[1])")
    }
    for line in mounts.split(separator: "\n") {
      let fields = line.split(separator: " ", maxSplits: 3)
      guard fields.count == 4 else { continue }
      let numbers = fields[2].split(separator: ":").compactMap { UInt64($0) }
      if numbers.count == 2 { mounted.insert(Self.written(major: numbers[0], minor: numbers[1])) }
    }
  }

  /// Whether a file is locked, by its numbers of stat(2).
  ///
  /// File systems with subvolumes say another device there than in the kernel's table, one that is mounted nowhere; of these
  /// the inode alone has to do.
  func contains(inode: UInt64, device: UInt64) -> Bool {
    guard let devices = devices[inode] else { return false }
    let major = (device >> 8) & 0xFFF | (device >> 32) & ~0xFFF
    let minor = device & 0xFF | (device >> 12) & ~0xFF
    let own = Self.written(major: major, minor: minor)
    return devices.contains(own) || !mounted.contains(own)
  }

  /// As printk(9) has it: `%02x:%02x`.
  private static func written(major: UInt64, minor: UInt64) -> String {
    [major, minor].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
  }
}
