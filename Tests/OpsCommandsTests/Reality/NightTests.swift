import Foundation
import Spool
import SystemPackage
import TestSupport
import Testing

/// The documentation's transcript of an operator's night is what the programs really say.
@Suite(.enabled(if: getuid() == 0, "a disk of its own wants root"))
struct NightTests {
  static let page = Programs.packageRoot.appending("Sources/Spool/Spool.docc/OperatorsNight.md")

  /// What is in the spool when the telephone rings.
  static func scene() throws -> RealSpool {
    let real = try RealSpool(settings: "\"min_free\": \"0B\"")
    try real.publish(segments: 4, records: 200)
    return real
  }

  /// Replays commands on a disk of 1 MiB, and returns the transcript with what changes from night to night named.
  static func replay(_ commands: [String]) async throws -> String {
    let real = try scene()
    var script = """
      mkdir disk && mount -t tmpfs -o mode=700,size=1m none disk && cp -a spool disk/spool && rm -rf spool
      sed -i 's|"path": "spool"|"path": "disk/spool"|' pipeline.json
      say() { sed "s|$PWD/||g"; }
      # Three workers die over segment 3: a bound on the size of files ends each as soon as it writes.
      for death in 1 2 3; do
        ( ulimit -c 0 -f 1; exec weir-hash disk/spool/cars/fetched/ready/20261120T234408Z-7k2q-000003.ndjson.lz4 ) >/dev/null 2>&1
        [ $? = 153 ] || exit 90
      done
      weir-hash --feed cars --log-level critical >/dev/null 2>&1 </dev/null; true

      """
    // The scene's own first run of hash holds segment 3; one bit of what it made of segment 1 turns over afterwards.
    script += """
      f=disk/spool/cars/hashed/ready/20261120T234408Z-7k2q-000001.ndjson.lz4
      printf X | dd of=$f bs=1 seek=900 conv=notrunc status=none
      fill() { dd if=/dev/zero of=disk/else bs=1k status=none 2>/dev/null; true; }

      """
    for command in commands {
      let quoted = command.replacing("'", with: "'\\''")
      script +=
        "printf '$ %s\\n' '\(quoted)'\n( \(command) ) 2>&1 </dev/null | say; s=${PIPESTATUS[0]}; [ $s = 0 ] || echo \"[$s]\"\n"
    }
    try Data(script.utf8).write(to: URL(filePath: real.directory.appending("night.sh").string))
    let run = try await real.shell("unshare -m --propagation private bash -o pipefail night.sh")
    #expect(run.status == 0, "\(run.errors)")
    return named(run.output)
  }

  /// Ages, durations and the names of runs made on the way differ each time.
  static func named(_ text: String) -> String {
    text.replacing(/20[0-9]{6}T[0-9]{6}Z-[0-9a-z]{4}/) { match in
      match.output == "20261120T234408Z-7k2q" ? String(match.output) : "RUN"
    }
    .replacing(/[0-9.]+ s\)/, with: "0.1 s)")
    .replacing(/since [0-9]+[smh]/, with: "since 1s").replacing(/\t[0-9]+[smh]\t/, with: "\t1s\t")
    .replacing(/\t[0-9]+\tdisk/, with: "\tBYTES\tdisk").replacing(/[0-9]+ bytes removed/, with: "BYTES bytes removed")
  }

  @Test("a corrupt segment, a stage that keeps dying, a poison record and a full disk, each found and repaired")
  func night() async throws {
    let text = try String(contentsOfFile: Self.page.string, encoding: .utf8)
    let blocks = text.split(separator: "```").enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
    let expected = blocks.map { $0.drop { $0 == "\n" } }.joined()
    let commands = expected.split(separator: "\n").filter { $0.hasPrefix("$ ") }.map { String($0.dropFirst(2)) }
    #expect(commands.count > 15)
    let said = try await Self.replay(commands)
    if let path = ProcessInfo.processInfo.environment["WEIR_TEST_TRANSCRIPT"] {
      try Data(said.utf8).write(to: URL(filePath: path))
    }
    #expect(said == expected)
  }
}
