import Foundation
import Spool
import Synchronization
import SystemPackage
import Telemetry
import Testing

@testable import Control

/// Real processes joined by real pipes; the programs are a few lines of shell, since only endings matter here.
@Suite(.timeLimit(.minutes(5)))
struct StagePipeTests {
  /// What a pipe of four shell programs said, by stage, and how each ended.
  struct Result {
    var exits: [StageExit]
    var events: [StageName: [StageEvent]]
    var words: [StageName: [String]]
  }

  private func run(
    _ scripts: [String],
    stop: StopControl = StopControl(),
    heard: @escaping @Sendable (StageName) -> Void = { _ in }
  ) async throws -> Result {
    let members = zip(StageName.allCases, scripts).map { stage, script in
      StagePipe.Member(stage: stage, program: "/bin/sh", arguments: ["-c", script])
    }
    let said = Mutex<[(StageName, StagePipe.Line)]>([])
    let exits = try await StagePipe(members: members, stop: stop).run { stage, line in
      said.withLock { $0.append((stage, line)) }
      heard(stage)
    }
    var result = Result(exits: exits, events: [:], words: [:])
    for (stage, line) in said.withLock(\.self) {
      switch line {
      case .event(let event): result.events[stage, default: []].append(event)
      case .text(let text): result.words[stage, default: []].append(text)
      }
    }
    return result
  }

  @Test("what the first prints passes through all, and every line of standard error is heard, the last ones too")
  func joined() async throws {
    let event = #"{"counts":{"records":3},"event":"finished","stage":"weir-merge","time":"t"}"#
    let result = try await run([
      "echo a; echo b; i=0; while [ $i -lt 2000 ]; do echo \"line $i\" >&2; i=$((i+1)); done",
      "sed s/^/h/", "sed s/^/s/",
      "read x; read y; echo \"$x $y\" >&2; echo '\(event)' >&2; printf 'no newline' >&2",
    ])
    #expect(result.exits.map(\.isSuccess) == [true, true, true, true])
    #expect(result.words[.fetch]?.count == 2000)
    #expect(result.words[.merge] == ["sha shb", "no newline"])
    #expect(result.events[.merge]?.first?.counts == ["records": 3])
  }

  @Test("each program's own ending is reported, in pipe order")
  func endings() async throws {
    let result = try await run(["exit 75", "cat; exit 65", "kill -9 $$", "cat >/dev/null"])
    #expect(result.exits.map(\.ending) == [.exited(75), .exited(65), .signalled(9), .exited(0)])
    #expect(StageExit.culprit(of: result.exits)?.stage == .fetch)
  }

  @Test("when a later program dies, the earlier ones lose their reader and end; the later one is to blame")
  func brokenPipe() async throws {
    let result = try await run(["exec yes", "exec cat", "exit 65", "cat"])
    #expect(StageExit.culprit(of: result.exits)?.stage == .stage)
    #expect(result.exits.first?.ending == .signalled(13))
  }

  @Test("a program that cannot be started is named, and the others end")
  func notStarted() async throws {
    let members = [
      StagePipe.Member(stage: .fetch, program: "/bin/sh", arguments: ["-c", "echo a"]),
      StagePipe.Member(stage: .hash, program: "/no/such/program", arguments: []),
      StagePipe.Member(stage: .stage, program: "/bin/cat", arguments: []),
    ]
    let exits = try await StagePipe(members: members, stop: StopControl()).run { _, _ in }
    #expect(exits.count == 3 && exits.last?.isSuccess == true)
    guard case .notStarted = StageExit.culprit(of: exits)?.ending else {
      return #expect(Bool(false), "\(exits)")
    }
  }

  @Test("a request to stop ends the first program alone; the others drain what is there and end well")
  func drain() async throws {
    let stop = StopControl()
    let fetch = "trap 'echo last; exit 75' TERM; echo first; echo ready >&2; while :; do sleep 0.05; done"
    let result = try await run([fetch, "cat", "cat", "cat >&2"], stop: stop) { stage in
      if stage == .fetch { stop.request() }
    }
    #expect(result.exits.map(\.ending) == [.exited(75), .exited(0), .exited(0), .exited(0)])
    #expect(result.words[.merge] == ["first", "last"])
    #expect(stop.level == .drain)
  }

  @Test("asked a third time, whatever still runs is ended")
  func kill() async throws {
    let stop = StopControl()
    let deaf = "trap '' TERM; echo ready >&2; while :; do sleep 0.05; done"
    let ready = Mutex<Set<StageName>>([])
    let result = try await run([deaf, deaf, "cat", "cat"], stop: stop) { stage in
      // Only who has said so is deaf already.
      let count = ready.withLock { stages in
        stages.insert(stage)
        return stages.count
      }
      if count == 2 { while stop.level < .kill { stop.request() } }
    }
    #expect(result.exits.prefix(2).map(\.ending) == [.signalled(9), .signalled(9)])
  }

  @Test("a program that starts after the request is told at once")
  func late() async throws {
    let stop = StopControl()
    stop.request()
    let result = try await run(["exec sleep 30", "cat", "cat", "cat"], stop: stop)
    #expect(result.exits.map(\.ending) == [.signalled(15), .exited(0), .exited(0), .exited(0)])
  }
}
