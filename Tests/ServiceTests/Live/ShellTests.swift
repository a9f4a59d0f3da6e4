import Foundation
import JSONText
import SystemPackage
import TestSupport
import Testing

/// The same from the shell: a short command each, which finds the service of its pipeline by itself.
@Suite(.postgres, .timeLimit(.minutes(5)))
struct ShellTests {
  @Test("the commands find the service of their pipeline, and do what the routes do")
  func commands() async throws {
    try await PractiseVendor.serving(["--cars", "300"]) { vendor in
      let served = try await Served(vendor)
      let early = try await served.weir(["health"])
      #expect(early.status == 69 && early.errors.contains("weir serve"), "\(early.errors)")
      try await served.serving { running in
        let now = try await served.weir(["now", "--wait", "--json"])
        #expect(now.status == 0, "\(now.errors)")
        #expect(try JSONValue(parsing: now.lines[1])["fetched"]?.integer == 300)
        let health = try await served.weir(["health"])
        #expect(health.status == 0 && health.output.hasPrefix("healthy: "), "\(health.output)\(health.errors)")
        let set = try await served.weir(["settings", "sync_interval=12h", "retry_count=1"])
        #expect(set.status == 0 && set.output.contains("12h"), "\(set.errors)")
        let wrong = try await served.weir(["settings", "sync_interval=sometime"])
        #expect(wrong.status == 64 && wrong.errors.contains("sync_interval"), "\(wrong.errors)")
        #expect(try await served.weir(["start", "--every", "6h"]).status == 0)
        #expect(try await running.status()["sync_interval"]?.text == "6h")
        #expect(try await served.weir(["stop"]).status == 0)
        #expect(try await running.status()["next_sync"] == .null)
        let status = try await served.weir(["status", "--url", running.url])
        #expect(status.status == 0 && status.output.contains("last run: succeeded"), "\(status.output)\(status.errors)")
        let logs = try await served.weir(["logs", "--url", running.url, "--json"])
        #expect(logs.lines.count == 1 && logs.output.contains("\"feed\":\"cars\""), "\(logs.output)\(logs.errors)")
        let cancel = try await served.weir(["cancel"])
        #expect(cancel.status == 0 && cancel.errors.contains("no run is under way"), "\(cancel.errors)")
      }
    }
  }

  @Test("weir run beside a run of the service is told who has the feed, and the service is told of weir run")
  func beside() async throws {
    // Slow enough that both are under way together.
    try await PractiseVendor.serving(["--cars", "2000"]) { vendor in
      let served = try await Served(vendor, pageSize: 5)
      try await served.vendorRules(#"{ "faults": [{ "name": "slow", "delay": 1, "do": { "kind": "slow" } }] }"#)
      try await served.serving { running in
        let key = try running.localKey()
        #expect(try await running.ask("POST", "/api/v1/admin/sync", token: key).status == 202)
        try await running.until { $0["progress"] != .array([]) }
        let run = try await served.weir(["run"])
        #expect(
          run.status == 75 && run.errors.contains("weir serve (process \(running.pid))"),
          "\(run.status) \(run.errors)"
        )
        let id = try #require(try await running.status()["current_run"]?["id"]?.text)
        #expect(try await running.ask("POST", "/api/v1/runs/\(id)/cancel", token: key).status == 200)
        try await running.until { $0["is_running"] == .bool(false) }
        #expect(try await running.status()["last_run"]?["status"]?.text == "stopped")
        async let beside = served.weir(["run"])
        let lock = served.pipeline.spool.appending("cars").appending("state").appending("run.lock").string
        while FileManager.default.contents(atPath: lock).map({ String(decoding: $0, as: UTF8.self) })?.contains(
          "weir run"
        ) != true {
          try await Task.sleep(for: .milliseconds(10))
        }
        let answer = try await running.ask("POST", "/api/v1/admin/sync", token: key)
        #expect(answer.status == 409 && answer.text.contains("weir run (process"), "\(answer.text)")
        try await served.vendorRules(#"{ "faults": null }"#)
        _ = try await beside
      }
      #expect(try served.value("SELECT count(*) FROM weir.service_run WHERE status = 'running'") == "0")
    }
  }
}
