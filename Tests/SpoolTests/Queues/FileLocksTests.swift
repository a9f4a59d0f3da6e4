import Testing

@testable import Spool

/// What `/proc/locks` says of a file that stat(2) knows by its numbers.
struct FileLocksTests {
  private static let table = """
    1: FLOCK  ADVISORY  WRITE 4711 fe:00:131073 0 EOF
    1: -> FLOCK  ADVISORY  WRITE 4712 fe:00:99 0 EOF
    2: POSIX  ADVISORY  WRITE 4713 fe:00:77 0 EOF
    3: FLOCK  ADVISORY  WRITE 4714 00:2f:30 0 EOF
    4: FLOCK  ADVISORY  WRITE 4715 103:12c:8 0 EOF

    """
  private static let mounts = """
    22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
    61 22 0:47 / /one rw,relatime - tmpfs none rw
    62 22 0:48 / /two rw,relatime - tmpfs none rw
    63 22 259:300 / /three rw,relatime - xfs /dev/nvme rw

    """

  /// As gnu_dev_makedev(3) packs it.
  private static func number(_ major: UInt64, _ minor: UInt64) -> UInt64 {
    (major & 0xFFF) << 8 | (major & ~0xFFF) << 32 | minor & 0xFF | (minor & ~0xFF) << 12
  }

  @Test(
    "a file is locked on its own device alone; where its device is mounted nowhere its number has to do",
    arguments: [
      (131_073, number(254, 0), true), (99, number(254, 0), false), (77, number(254, 0), false),
      (30, number(0, 47), true), (30, number(0, 48), false), (30, number(0, 60), true), (8, number(259, 300), true),
      (8, number(254, 0), false), (9, number(0, 60), false),
    ] as [(UInt64, UInt64, Bool)]
  )
  func locked(inode: UInt64, device: UInt64, expected: Bool) {
    #expect(FileLocks(table: Self.table, mounts: Self.mounts).contains(inode: inode, device: device) == expected)
  }
}
