import Glibc
import TestSupport
import Testing

/// The database server's disk is full.
@Suite(.enabled(if: getuid() == 0, "mounting wants root"), .timeLimit(.minutes(5)))
struct FullServerDiskTests {
  @Test("a server without room ends the run with 75 and nothing broken, and with room the next run completes it")
  func full() async throws {
    try await PrivateServer.with(disk: 192) { server in
      let mirror = try await KilledMirror(server, seed: 7)
      try mirror.publish()
      let first = try await mirror.weir("weir-merge", [])
      #expect(first.status == 0, "\(first.errors)")
      #expect(try await mirror.problem() == nil)
      var refused = 0
      for kilobytes in [0, 8, 64, 200, 400, 800] {
        try mirror.publish()
        try await server.fill(leaving: kilobytes << 10)
        let run = try await mirror.weir("weir-merge", ["--jobs", "3"], retryWithin: "0s")
        #expect([0, 75].contains(run.status), "\(kilobytes) KiB left: \(run.errors)")
        if run.status != 0 { refused += 1 }
        try await server.fill(leaving: nil)
        // A server that cannot write its log gives up.
        try await server.up()
        let next = try await mirror.weir("weir-merge", [])
        #expect(next.status == 0, "\(next.errors)")
        let problem = try await mirror.problem()
        #expect(problem == nil, "\(kilobytes) KiB left")
      }
      #expect(refused >= 2)
      print("full disk: 6 runs, \(refused) of them ended with 75, all complete")
    }
  }
}
