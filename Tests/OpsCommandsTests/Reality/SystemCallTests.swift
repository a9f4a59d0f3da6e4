import Foundation
import Spool
import SystemPackage
import TestSupport
import Testing

/// Every system call of the real programs on their spool fails once, or is the last one they make.
@Suite(.enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/strace"), "strace is not installed"))
struct SystemCallTests {
  static let calls = "openat,write,fsync,rename,renameat2,unlink,close,flock,mkdir,pread64"

  /// What may happen at a call, as strace says it. EINTR and the others one after another over the calls; each death.
  enum Fault: String, CaseIterable {
    case death = "signal=KILL"
    case noSpace = "error=ENOSPC"
    case ioError = "error=EIO"
    case quota = "error=EDQUOT"
    case interrupted = "error=EINTR"

    /// All at every call at night: `WEIR_TEST_NIGHTLY=1`; else every death and every full disk.
    static let chosen: [Fault] =
      ProcessInfo.processInfo.environment["WEIR_TEST_NIGHTLY"] != nil ? allCases : [.death, .noSpace]
  }

  /// The calls of one undisturbed run that touch the spool: the name, and which of that name it is.
  private static func steps(_ program: String) async throws -> [(call: String, number: Int)] {
    let real = try await prepared(program)
    let run = try await real.shell("strace -y -qq -e trace=\(calls) -o trace \(program) --feed cars")
    #expect(run.status == 0, "\(run.errors)")
    let lines = try String(contentsOfFile: real.directory.appending("trace").string, encoding: .utf8)
    var counts: [String: Int] = [:]
    var steps: [(String, Int)] = []
    for line in lines.split(separator: "\n") {
      guard let call = line.split(separator: "(").first.map(String.init),
        calls.split(separator: ",").contains(call[...])
      else { continue }
      counts[call, default: 0] += 1
      if line.contains("spool/cars") { steps.append((call, counts[call] ?? 0)) }
    }
    return steps
  }

  /// One segment in front of the program.
  private static func prepared(_ program: String) async throws -> RealSpool {
    let real = try RealSpool(settings: "\"attempts\": 1000")
    try real.publish(segments: 1, records: 20)
    if program == "weir-stage" {
      let before = try await real.shell("weir-hash --feed cars")
      #expect(before.status == 0, "\(before.errors)")
    }
    return real
  }

  @Test(
    "after a fault at any call of a stage on the spool the next run completes: 0 lost, 0 doubled",
    arguments: ["weir-hash", "weir-stage"]
  )
  func faults(program: String) async throws {
    let (input, output): (QueueName, QueueName) =
      program == "weir-hash" ? (.fetched, .hashed) : (.hashed, .staged)
    let records = program == "weir-hash" ? 20 : 18
    let steps = try await Self.steps(program)
    #expect(steps.count > 30)
    let wrong = try await withThrowingTaskGroup(of: [String].self) { group in
      // One spool for all faults of a worker: the segment goes back to ready each time.
      for worker in 0..<2 {
        group.addTask {
          var wrong: [String] = []
          for (index, step) in steps.enumerated() where index % 2 == worker {
            for fault in Fault.chosen {
              let real = try await Self.prepared(program)
              let inject = "\(step.call):\(fault.rawValue):when=\(step.number)"
              _ = try await real.shell(
                "strace -qq -e trace=\(step.call) -e inject=\(inject) -o /dev/null \(program) --feed cars"
              )
              let after = try await real.shell("\(program) --feed cars")
              let (done, made, aside) =
                (try real.count(input, [.done]), try real.count(output, [.ready]), try real.rejected())
              if after.status != 0 || done != records || made != 18 || aside != 2 {
                wrong.append("\(inject): status \(after.status), \(done) \(made) \(aside): \(after.errors)")
              }
            }
          }
          return wrong
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(wrong == [])
    print("system calls \(steps.count), faults \(steps.count * Fault.chosen.count)")
  }
}

/// A file system that is really full.
@Suite(.enabled(if: getuid() == 0, "mounting wants root"))
struct FullDiskTests {
  @Test("64 sizes of disk: a full one stops the program with 75 and nothing broken, and with room it completes")
  func tmpfs() async throws {
    let real = try RealSpool(settings: "\"attempts\": 1000")
    try real.publish(segments: 24, records: 400)
    let script = """
      mkdir disk
      for step in $(seq 1 64); do
        size=$((400 + step * 12))
        mount -t tmpfs -o mode=700,size=${size}k none disk || exit 99
        mkdir -m 700 disk/spool disk/spool/cars disk/spool/cars/fetched
        cp -a spool/cars/fetched/ready disk/spool/cars/fetched/ 2>/dev/null || { umount disk; echo $step nospace; continue; }
        weir-hash --spool disk/spool --feed cars >/dev/null 2>err; first=$?
        grep -q . disk/spool/cars/hashed/incoming/* 2>/dev/null && drafts=1 || drafts=0
        weir spool verify --spool disk/spool >/dev/null 2>&1; whole=$?
        mount -o remount,size=64m disk
        weir-hash --spool disk/spool --feed cars >/dev/null 2>>err; second=$?
        records=$(cat disk/spool/cars/hashed/ready/*.lz4 | lz4 -dc | wc -l)
        aside=$(cat disk/spool/cars/rejected/*.lz4 | lz4 -dc | wc -l)
        echo $step $first $drafts $whole $second $records $aside
        umount disk
      done
      """
    try Data(script.utf8).write(to: URL(filePath: real.directory.appending("full.sh").string))
    let run = try await real.shell("unshare -m --propagation private bash full.sh")
    #expect(run.status == 0 && run.lines.count == 64, "\(run.errors)")
    let rows = run.lines.map { $0.split(separator: " ").map(String.init) }
    let tried = rows.filter { $0.count == 7 }
    for row in tried {
      #expect(["0", "75"].contains(row[1]), "\(row)")
      #expect(Array(row[2...]) == ["0", "0", "0", "8640", "960"], "\(row)")
    }
    #expect(tried.contains { $0[1] == "75" } && tried.contains { $0[1] == "0" }, "\(rows)")
    print("sizes tried \(tried.count), full \(tried.count { $0[1] == "75" })")
  }
}
