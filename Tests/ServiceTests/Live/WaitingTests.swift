import Foundation
import Glibc
import JSONText
import SystemPackage
import TestSupport
import Testing

/// A run that was asked for while another has the place.
@Suite(.postgres, .timeLimit(.minutes(5)))
struct WaitingTests {
  private static func run(_ id: String, at service: Service, key: String) async throws -> JSONValue {
    let answer = try await service.ask("GET", "/api/v1/tenants/next/runs/\(id)", token: key)
    return try #require(answer.data, "\(answer.status) \(answer.text)")
  }

  /// Has the one place taken, and a run of the other pipeline wait for it.
  ///
  /// - Returns: The id of the one that waits.
  private static func askForBoth(_ service: Service, key: String) async throws -> String {
    func slow(_ isWanted: (JSONValue) -> Bool) async throws {
      while true {
        let status = try await service.ask("GET", "/api/v1/tenants/slow/admin/sync/status", token: key)
        if let data = status.data, isWanted(data) { return }
        try await Task.sleep(for: .milliseconds(20))
      }
    }
    // A run that the kill interrupted is resumed by itself first.
    try await slow { $0["is_running"] == .bool(false) && $0["is_waiting"] == .bool(false) }
    #expect(try await service.ask("POST", "/api/v1/tenants/slow/admin/sync", token: key).status == 202)
    try await slow { $0["is_running"] == .bool(true) }
    let asked = try await service.ask("POST", "/api/v1/tenants/next/admin/sync", token: key)
    #expect(asked.status == 202, "\(asked.text)")
    return try #require(asked.data?["run_id"]?.text)
  }

  @Test("it is known by its id, begins though the service is killed meanwhile, and can be called off")
  func waits() async throws {
    try await PractiseVendor.serving(["--cars", "1000"]) { vendor in
      var slow = try await Served(vendor, service: #"{ "name": "slow", "runs_at_once": 1 }"#, hasCursor: false)
      // Ten pages, two a second.
      slow.further["RPS"] = "2"
      let served = slow
      let next = try TestPipeline(
        sources: Served.sources,
        feeds: Served.feeds(named: "vans", hasCursor: false),
        further: #", "service": { "name": "next" }"#
      )
      let files = ["--config", served.pipeline.file.string, "--config", next.file.string]
      let id = try await served.serving(files, expecting: nil) { service in
        let key = try service.localKey()
        let id = try await Self.askForBoth(service, key: key)
        let waiting = try await Self.run(id, at: service, key: key)
        #expect(waiting["status"]?.text == "waiting" && waiting["finished_at"] == .null, "\(waiting.encoded)")
        kill(service.pid, SIGKILL)
        return id
      }
      try await served.serving(files) { service in
        let key = try service.localKey()
        while try await Self.run(id, at: service, key: key)["status"]?.text != "succeeded" {
          try await Task.sleep(for: .milliseconds(50))
        }
        let later = try await Self.askForBoth(service, key: key)
        let cancel = try await service.ask("POST", "/api/v1/tenants/next/runs/\(later)/cancel", token: key)
        #expect(cancel.status == 200, "\(cancel.text)")
        while true {
          let run = try await Self.run(later, at: service, key: key)
          guard run["status"]?.text != "waiting" else {
            try await Task.sleep(for: .milliseconds(50))
            continue
          }
          #expect(run["status"]?.text == "stopped" && run["error"]?.text == "called off before it began")
          break
        }
      }
      let runs = try served.query(
        "SELECT trigger, status FROM weir.service_run WHERE tenant = 'next' ORDER BY started_at"
      )
      #expect(runs == [["manual", "succeeded"], ["manual", "stopped"]])
    }
  }
}
