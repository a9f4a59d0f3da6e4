import Foundation
import Glibc
import Postgres
import SystemPackage
import TestSupport
import Testing

/// The database server is killed while weir-merge is at work: nothing is lost, and nothing is done twice.
@Suite(.timeLimit(.minutes(10)))
struct ServerKillTests {
  /// What is killed, or halted for a while.
  enum Victim: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case postmaster
    /// Whatever process of the server, the writers of its log and its pages among them.
    case anyProcess
    /// That of a session of weir-merge.
    case ownBackend
    case immediateShutdown
    case program
    /// All processes of the server, until weir-merge has given up a session or the halt is over.
    case halted

    var testDescription: String { rawValue }
    /// The server does not come back by itself.
    var endsServer: Bool { self == .postmaster || self == .immediateShutdown }
  }

  /// Kills of each kind: 504 in all at night, `WEIR_TEST_NIGHTLY=1`; else 30.
  private static let kills = ProcessInfo.processInfo.environment["WEIR_TEST_NIGHTLY"] != nil ? 84 : 5

  @Test(
    "whatever of the server is killed, whenever: the run completes when it is back, or ends with 75 and the next completes it",
    arguments: Victim.allCases
  )
  func killed(victim: Victim) async throws {
    try await PrivateServer.with { server in
      var random = SeededGenerator(seed: UInt64(victim.rawValue.utf8.reduce(0) { $0 + Int($1) }))
      let mirror = try await KilledMirror(server, seed: random.next())
      try mirror.publish()
      let first = try await mirror.weir("weir-merge", ["--jobs", "3"])
      #expect(first.status == 0, "\(first.errors)")
      #expect(try await mirror.problem() == nil)

      var hits = 0
      for round in 1...Self.kills {
        try mirror.publish()
        let isMoment = mirror.isMerging(after: Int.random(in: 0..<KilledMirror.segments, using: &random))
        let waits = Bool.random(using: &random)
        let (number, kind) = (random.next(), victim)
        let retryWithin = waits || !kind.endsServer ? "60s" : "0s"
        async let killing: Void = {
          // Who kills the program sees its moment itself; there is none to be seen after that.
          if kind == .program { return }
          try await isMoment()
          try await Self.kill(kind, server, number)
          if waits, kind.endsServer { try await server.up() }
        }()
        var status: Int32
        if kind == .program {
          let killed = try await Programs.kill(
            "weir-merge",
            ["--jobs", "3"],
            environment: mirror.environment(),
            in: mirror.workingDirectory
          ) { try await isMoment() }
          status = killed ?? 75
        } else {
          status = try await mirror.weir("weir-merge", ["--jobs", "3"], retryWithin: retryWithin).status
        }
        try await killing
        if status != 0 { hits += 1 }
        #expect([0, 75].contains(status), "round \(round)")
        if kind.endsServer, !waits { try await server.up() }
        // Nobody waits for a server that recovers but whoever asks it: this is the operator.
        if status != 0 { _ = try await server.query("SELECT 1") }
        for _ in 0..<3 where status != 0 {
          let next = try await mirror.weir("weir-merge", ["--jobs", "3"])
          status = next.status
          #expect(status == 0, "round \(round): \(next.errors)")
        }
        let problem = try await mirror.problem()
        #expect(problem == nil, "round \(round)")
      }
      // A run that nobody disturbs finds what vanished in all those from which nothing was concluded.
      try mirror.publish()
      let last = try await mirror.weir("weir-merge", [])
      #expect(last.status == 0, "\(last.errors)")
      let before = mirror.emptied
      #expect(try await mirror.problem() == nil)
      #expect(mirror.emptied == before, "every key of an undisturbed run is known")
      // Nothing is proved by kills that meet nobody.
      #expect(before > 0 || victim == .program || victim == .halted, "no kill met a run in the middle")
      print(
        "\(victim.rawValue): \(Self.kills) kills, \(hits) runs ended by one, \(before) with emptied tables, all complete"
      )
    }
  }

  private static func kill(_ victim: Victim, _ server: PrivateServer, _ number: UInt64) async throws {
    func one(_ processes: [pid_t]) -> pid_t? {
      processes.isEmpty ? nil : processes.sorted()[Int(number % UInt64(processes.count))]
    }
    switch victim {
    case .postmaster: Glibc.kill(try server.postmaster, SIGKILL)
    case .immediateShutdown: Glibc.kill(try server.postmaster, SIGQUIT)
    case .anyProcess: if let process = one(try server.processes()) { Glibc.kill(process, SIGKILL) }
    case .ownBackend:
      if let process = one(try server.processes(where: "application_name = 'weir-merge'")) {
        Glibc.kill(process, SIGKILL)
      }
    case .program: break
    case .halted:
      let all = try server.processes() + [server.postmaster]
      for process in all { Glibc.kill(process, SIGSTOP) }
      // Longer than the time-out of a COPY, so that a session that is in one is given up.
      try await Task.sleep(for: .seconds(2))
      for process in all.reversed() { Glibc.kill(process, SIGCONT) }
    }
  }
}
