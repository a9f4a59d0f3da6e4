import Foundation
import Spool
import SystemPackage
import TestSupport
import Testing

/// A file system that is really full.
@Suite(.enabled(if: getuid() == 0, "mounting wants root"), .serialized, .timeLimit(.minutes(10)))
struct FullDiskTests {
  /// Sixty-four sizes from what the input takes to more than all of the output: mounts each, runs the program on the disk, gives
  /// it room, runs it again, and prints the size's number, both statuses, drafts left, what verify says, and what was made.
  private static func script(_ program: String, output: String, arguments: String) -> String {
    """
    cp -a spool all && \(program) --spool all \(arguments) >/dev/null || exit 98
    least=$(($(du -sk spool | cut -f 1) + 4)); most=$(($(du -sk all | cut -f 1) + 64))
    mkdir disk
    for step in $(seq 1 64); do
      size=$((least + (most - least) * step / 64))
      mount -t tmpfs -o mode=700,size=${size}k none disk || exit 99
      cp -a spool disk/spool || { umount disk; echo $step nospace; continue; }
      \(program) --spool disk/spool \(arguments) >/dev/null 2>err </dev/null; first=$?
      [ $first = 75 ] && ! grep -q 'error: ' err && first="75-unsaid"
      drafts=$(find disk/spool -path '*/incoming/*' -type f | wc -l)
      weir spool verify --spool disk/spool >/dev/null 2>&1; whole=$?
      mount -o remount,size=64m disk
      \(program) --spool disk/spool \(arguments) >/dev/null 2>>err </dev/null; second=$?
      records=$(cat disk/spool/cars/\(output)/ready/*.lz4 | lz4 -dc | sort -u | wc -l)
      aside=$(cat disk/spool/cars/rejected/*.lz4 2>/dev/null | lz4 -dc | wc -l)
      echo $step $first $drafts $whole $second $records $aside
      umount disk
    done
    """
  }

  private func run(_ script: String, _ real: RealSpool, records: Int, aside: Int) async throws {
    try Data(script.utf8).write(to: URL(filePath: real.directory.appending("full.sh").string))
    let run = try await real.shell("unshare -m --propagation private bash full.sh")
    #expect(run.status == 0 && run.lines.count == 64, "\(run.errors)")
    let rows = run.lines.map { $0.split(separator: " ").map(String.init) }
    let tried = rows.filter { $0.count == 7 }
    for row in tried {
      #expect(["0", "75"].contains(row[1]), "\(row)")
      #expect(Array(row[2...]) == ["0", "0", "0", "\(records)", "\(aside)"], "\(row)")
    }
    let full = tried.count { $0[1] == "75" }
    #expect(tried.count >= 60 && full >= 16 && tried.contains { $0[1] == "0" }, "\(rows)")
    print("sizes tried \(tried.count), full \(full)")
  }

  @Test(
    "64 sizes of disk: a full one stops hash and stage with 75 and nothing broken, and with room they complete",
    arguments: ["hash", "stage"]
  )
  func stages(stage: String) async throws {
    let real = try RealSpool(settings: "\"attempts\": 1000")
    try real.publish(segments: 24, records: 400)
    if stage == "stage" {
      let before = try await real.shell("weir-hash --feed cars")
      #expect(before.status == 0, "\(before.errors)")
    }
    let output = stage == "hash" ? "hashed" : "staged"
    let script = Self.script("weir-\(stage)", output: output, arguments: "--feed cars")
    try await run(script, real, records: 24 * 360, aside: 24 * 40)
  }

  @Test("64 sizes of disk: a full one stops fetch with 75 and nothing broken, and with room it completes")
  func fetch() async throws {
    try await PractiseVendor.serving(["--cars", "1000", "--seed", "11"]) { vendor in
      let settings = "\"segment\": { \"records\": 50 }, \"min_free\": \"0B\""
      let real = try RealSpool(settings: settings, vendor: vendor)
      _ = try real.spool
      let script = Self.script("weir-fetch", output: "fetched", arguments: "cars --full")
      try await run(script, real, records: 1000, aside: 0)
    }
  }

  @Test("a fetch that finds too little room waits and says so, and goes on by itself when there is room")
  func waiting() async throws {
    try await PractiseVendor.serving(["--cars", "1000", "--seed", "11"]) { vendor in
      let settings = "\"segment\": { \"records\": 50 }, \"min_free\": \"1MiB\""
      let real = try RealSpool(settings: settings, vendor: vendor)
      let script = """
        mkdir disk && mount -t tmpfs -o mode=700,size=1100k none disk || exit 99
        weir-fetch cars --full --spool disk/spool >said 2>err </dev/null & fetch=$!
        while ! grep -q 'waiting for room' err && kill -0 $fetch 2>/dev/null; do sleep 0.05; done
        kill -0 $fetch 2>/dev/null && echo waits
        mount -o remount,size=64m disk
        wait $fetch; echo $?
        cat disk/spool/cars/fetched/ready/*.lz4 | lz4 -dc | sort -u | wc -l
        grep -c 'waiting for room' err
        grep -c 'there is room again' err
        """
      try Data(script.utf8).write(to: URL(filePath: real.directory.appending("wait.sh").string))
      let run = try await real.shell("unshare -m --propagation private bash wait.sh")
      #expect(run.lines == ["waits", "0", "1000", "1", "1"], "\(run.output)\(run.errors)")
    }
  }
}
