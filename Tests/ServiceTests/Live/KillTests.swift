import Foundation
import Glibc
import JSONText
import SystemPackage
import TestSupport
import Testing

/// The service is killed during scheduled runs: the schedule goes on, what was under way is done, nothing twice.
@Suite(.postgres, .timeLimit(.minutes(10)))
struct KillTests {
  private static let kills = ProcessInfo.processInfo.environment["WEIR_TEST_NIGHTLY"] == nil ? 10 : 60
  private static let isAlone =
    ProcessInfo.processInfo.environment["WEIR_TEST_NIGHTLY"] != nil
    || ProcessInfo.processInfo.environment["WEIR_TEST_MEASURE"] != nil
  private static let second = #"{ "every": "1s" }"#
  /// Cars of the vendor; 200 pages, each time all of them, so that a run is long enough to be met.
  private static let cars = 2000

  @Test(
    "kill -9 of the service during scheduled runs: the status is true at once, the run is resumed, no row is lost or doubled"
  )
  func service() async throws {
    try await PractiseVendor.serving(["--cars", "\(Self.cars)"]) { vendor in
      let served = try await Served(vendor, schedule: Self.second, pageSize: 10, hasCursor: false, segmentRecords: 100)
      var generator = SeededGenerator(seed: 7)
      for kill in 0..<Self.kills {
        let pause = Int.random(in: 0...700, using: &generator)
        _ = try await served.serving(expecting: 128 + SIGKILL) { running in
          let began = ContinuousClock.now
          // After the first kill there is a run to be resumed, and then the schedule's next one.
          let status = try await running.until { $0["is_running"] == .bool(true) || $0["is_waiting"] == .bool(true) }
          // Five seconds are promised; beside other tests, on two cores, they say nothing.
          let took = ContinuousClock.now - began
          #expect(took < (Self.isAlone ? .seconds(5) : .seconds(60)), "kill \(kill): \(status.encoded)")
          try await Task.sleep(for: .milliseconds(pause))
          #expect(Glibc.kill(running.pid, SIGKILL) == 0)
        }
      }
      try await served.serving { running in
        // A run that began after the last kill comes to its end.
        let key = try running.localKey()
        let state = try await running.until {
          $0["last_run"]?["status"]?.text == "succeeded" && $0["database"]?.text == "reachable"
        }
        #expect(state["last_error"] == .null)
        #expect(try await running.ask("POST", "/api/v1/admin/sync/stop", token: key).status == 200)
        try await running.until { $0["is_running"] == .bool(false) }
      }
      #expect(try served.value("SELECT count(*) FROM car") == "\(Self.cars)")
      #expect(try served.value("SELECT count(DISTINCT id) FROM car") == "\(Self.cars)")
      #expect(try served.value("SELECT count(*) FROM weir.service_run WHERE status = 'running'") == "0")
      let interrupted =
        Int(try served.value("SELECT count(*) FROM weir.service_run WHERE status = 'interrupted'") ?? "") ?? 0
      #expect(interrupted >= 1 && interrupted <= Self.kills, "\(interrupted)")
      // Each was followed by one that resumed it, unless three had been interrupted in a row.
      let resumed = Int(try served.value("SELECT count(*) FROM weir.service_run WHERE trigger = 'resume'") ?? "") ?? 0
      #expect(resumed >= 1 && resumed <= interrupted, "\(resumed) of \(interrupted)")
      let audit = try await served.weir(["audit"])
      #expect(audit.status == 0, "\(audit.output)\(audit.errors)")
    }
  }

  @Test(
    "kill -9 of a stage during scheduled runs: that run fails or is put right, the next ones succeed, no row is lost or doubled"
  )
  func stages() async throws {
    try await PractiseVendor.serving(["--cars", "\(Self.cars)"]) { vendor in
      let served = try await Served(vendor, schedule: Self.second, pageSize: 10, hasCursor: false, segmentRecords: 100)
      try await served.serving { running in
        var generator = SeededGenerator(seed: 11)
        for kill in 0..<Self.kills {
          try await running.until { $0["is_running"] == .bool(true) }
          try await Task.sleep(for: .milliseconds(Int.random(in: 0...300, using: &generator)))
          let stages = try await Programs.shell("pgrep -P \(running.pid) weir- || true").lines.compactMap { pid_t($0) }
          guard let stage = stages.randomElement(using: &generator) else { continue }
          #expect(Glibc.kill(stage, SIGKILL) == 0 || errno == ESRCH, "kill \(kill)")
        }
        let key = try running.localKey()
        try await Self.untilSucceeded(running)
        #expect(try await running.ask("POST", "/api/v1/admin/sync/stop", token: key).status == 200)
        try await running.until { $0["is_running"] == .bool(false) }
      }
      #expect(try served.value("SELECT count(*) FROM car") == "\(Self.cars)")
      let audit = try await served.weir(["audit"])
      #expect(audit.status == 0, "\(audit.output)\(audit.errors)")
    }
  }

  @Test("kill -9 of PostgreSQL during scheduled runs: the service goes on, and its runs when the server is there again")
  func server() async throws {
    let kills = ProcessInfo.processInfo.environment["WEIR_TEST_NIGHTLY"] == nil ? 3 : 20
    try await PractiseVendor.serving(["--cars", "\(Self.cars)"]) { vendor in
      try await PrivateServer.with { server in
        var served = try await Served(
          vendor,
          schedule: Self.second,
          pageSize: 10,
          hasCursor: false,
          segmentRecords: 100
        )
        served.further["DATABASE_URL"] = try server.url
        let sql = Programs.packageRoot.appending("sql").string
        #expect(try await served.weir(["db", "migrate", "--directory", sql]).status == 0)
        let own = served
        try await own.serving { running in
          for kill in 0..<kills {
            try await running.until { $0["is_running"] == .bool(true) }
            #expect(Glibc.kill(try server.postmaster, SIGKILL) == 0, "kill \(kill)")
            #expect(try await running.ask("GET", "/api/v1/health").status == 200)
            #expect(try await running.ask("GET", "/api/v1/admin/sync/status").status == 200)
            try await server.up()
            try await Self.untilSucceeded(running)
          }
          let key = try running.localKey()
          #expect(try await running.ask("POST", "/api/v1/admin/sync/stop", token: key).status == 200)
          try await running.until { $0["is_running"] == .bool(false) }
        }
        let audit = try await own.weir(["audit"])
        #expect(audit.status == 0, "\(audit.output)\(audit.errors)")
      }
    }
  }

  /// Until a run that begins from now on has succeeded.
  private static func untilSucceeded(_ running: Service) async throws {
    let now = Date().formatted(.iso8601)
    try await running.until { status in
      guard let run = status["last_run"], let began = run["started_at"]?.text else { return false }
      return run["status"]?.text == "succeeded" && began.prefix(19) > now.prefix(19)
    }
  }

  @Test("a service that is asked to end merges what its run has fetched, and its successor goes on")
  func graceful() async throws {
    try await PractiseVendor.serving(["--cars", "2000"]) { vendor in
      let served = try await Served(vendor, schedule: #"{ "every": "1h" }"#, pageSize: 10, segmentRecords: 100)
      // Slow enough to be met in the middle.
      try await served.vendorRules(#"{ "faults": [{ "name": "slow", "delay": 0.2, "do": { "kind": "slow" } }] }"#)
      _ = try await served.serving { running in
        try await running.until { status in
          guard case .array(let feeds)? = status["progress"] else { return false }
          return feeds.contains { ($0["fetched"]?.integer ?? 0) >= 100 }
        }
      }
      let row = try #require(try served.query("SELECT status, fetched, inserted FROM weir.service_run").first)
      #expect(row[0] == "interrupted" && row[1] == row[2], "\(row)")
      #expect(try served.value("SELECT count(*) FROM car") == row[2])
      try await served.vendorRules(#"{ "faults": null }"#)
      // Nobody asks for it: what is left is done as soon as the service is there again.
      _ = try await served.serving { running in
        try await running.until { $0["last_run"]?["status"]?.text == "succeeded" }
      }
      #expect(try served.value("SELECT count(*) FROM car") == "2000")
      #expect(
        try served.value("SELECT string_agg(trigger, ' ' ORDER BY started_at) FROM weir.service_run")
          == "schedule resume"
      )
    }
  }

  @Test("a second service of the same spool is refused, and says why")
  func second() async throws {
    try await PractiseVendor.serving(["--cars", "1"]) { vendor in
      let served = try await Served(vendor)
      try await served.serving { _ in
        let other = try await served.weir(["serve", "--port", "0"])
        #expect(other.status == 75 && other.errors.contains("another service"), "\(other.errors)")
      }
    }
  }
}
