import Foundation
import JSONText
import SystemPackage
import TestSupport
import Testing

/// Several pipelines in one service: each for itself.
@Suite(.postgres, .timeLimit(.minutes(5)))
struct TenantTests {
  @Test("one pipeline's failing vendor and full spool do not touch another's runs, and its tokens are refused there")
  func isolated() async throws {
    let (good, bad) = (try await Token("good", "admin"), try await Token("bad", "admin"))
    let full = try await Token("full", "admin")
    let canary = "canary-\(UInt64.random(in: .min ... .max))"
    try await PractiseVendor.serving(["--cars", "500"]) { vendor in
      var served = try await Served(
        vendor,
        service: #"{ "name": "good", "anonymous": "none", "tokens": [\#(good.entry)] }"#
      )
      // A pipeline whose vendor is not there, and one whose spool has room for nothing.
      let other = try TestPipeline(
        sources: #"""
          { "dead": { "base_url": "http://127.0.0.1:1/rest", "auth": { "bearer": "${CANARY}" },
                      "retry": { "attempts": 1, "budget": "1s" } } }
          """#,
        feeds: Served.feeds(named: "autos").replacing("\"source\": \"rest\"", with: "\"source\": \"dead\""),
        further: #", "service": { "name": "bad", "anonymous": "none", "tokens": [\#(bad.entry)] }"#
      )
      let narrow = try TestPipeline(
        sources: Served.sources,
        feeds: Served.feeds(named: "vans"),
        spool: #", "min_free": "1000TiB", "room_wait": "1s""#,
        further: #", "service": { "name": "full", "anonymous": "none", "tokens": [\#(full.entry)] }"#
      )
      served.further["CANARY"] = canary
      let files = [served.pipeline, other, narrow].flatMap { ["--config", $0.file.string] }
      let both = served
      try await both.serving(files) { running in
        func path(_ tenant: String, _ rest: String) -> String { "/api/v1/tenants/\(tenant)/admin/sync\(rest)" }
        #expect(try await running.ask("POST", path("bad", ""), token: bad.text).status == 202)
        #expect(try await running.ask("POST", path("full", ""), token: full.text).status == 202)
        #expect(try await running.ask("POST", path("good", ""), token: good.text).status == 202)
        func ended(_ tenant: String, _ token: String) async throws -> JSONValue {
          while true {
            let answer = try await running.ask("GET", path(tenant, "/status"), token: token)
            let data = try #require(answer.data, "\(answer.text)")
            if data["last_run"] != .null, data["is_running"] == .bool(false) { return data }
            try await Task.sleep(for: .milliseconds(50))
          }
        }
        let (fine, failed) = (try await ended("good", good.text), try await ended("bad", bad.text))
        #expect(fine["last_run"]?["status"]?.text == "succeeded" && fine["total_properties"]?.integer == 500)
        #expect(failed["last_run"]?["status"]?.text == "failed" && failed["last_error"]?.text != nil)
        let stuck = try await ended("full", full.text)
        #expect(stuck["last_run"]?["status"]?.text == "failed", "\(stuck.encoded)")
        #expect(stuck["last_error"]?.text?.contains("room") == true, "\(stuck.encoded)")
        // Without a name in the path a token's own pipeline is meant.
        #expect(
          try await running.ask("GET", "/api/v1/admin/sync/status", token: bad.text).data?["last_run"]?["status"]?.text
            == "failed"
        )
        for (tenant, token) in [("good", bad.text), ("bad", good.text)] {
          for (method, rest) in [("GET", "/status"), ("POST", ""), ("GET", "/settings"), ("GET", "/logs")] {
            let answer = try await running.ask(method, path(tenant, rest), token: token)
            #expect(answer.status == 403 && answer.code == "wrong_tenant", "\(method) \(tenant)\(rest): \(answer.text)")
          }
        }
        // Whether there is a third nobody is told who may not look at all of them.
        #expect(try await running.ask("GET", path("third", "/status"), token: good.text).status == 403)
        let key = try running.localKey()
        #expect(try await running.ask("GET", path("third", "/status"), token: key).status == 404)
        let seen = try await running.ask("GET", "/api/v1/tenants", token: good.text)
        #expect(seen.text.contains("\"good\"") && !seen.text.contains("\"bad\""))
        for route in [
          "runs", "queues", "rejected", "sources", "feeds", "audit", "admin/sync/logs", "admin/sync/health",
        ] {
          let answer = try await running.ask("GET", "/api/v1/tenants/bad/\(route)", token: bad.text)
          #expect(answer.status == 200 && !answer.text.contains(canary), "\(route): \(answer.text)")
        }
      }
      #expect(try both.value("SELECT count(*) FROM car") == "500")
    }
  }

  @Test("of two services with one name in one database the second waits until the first has not been heard of for long")
  func lease() async throws {
    try await PractiseVendor.serving(["--cars", "100"]) { vendor in
      let (first, second) = (try await Served(vendor), try await Served(vendor))
      try await first.serving { one in
        let asked = try await one.ask("POST", "/api/v1/admin/sync", token: try one.localKey())
        #expect(asked.status == 202)
        try await one.until { $0["last_run"]?["status"]?.text == "succeeded" }
        try await second.serving { two in
          try await two.until { $0["database"]?.text == "unreachable" }
          let health = try await two.ask("GET", "/api/v1/admin/sync/health")
          #expect(health.data?["summary"]?.text?.contains("run by another service") == true, "\(health.text)")
          #expect(try await two.ask("POST", "/api/v1/admin/sync", token: try two.localKey()).status == 202)
          #expect(try first.value("SELECT count(*) FROM weir.service_run") == "1", "nothing begins there")
          let owner = try #require(try first.value("SELECT owner FROM weir.service_state"))
          // The first says now and then that it lives; it is made to look as if it did not, until the second has the name.
          while try first.value("SELECT count(*) FROM weir.service_run WHERE status = 'succeeded'") != "2" {
            _ = try first.query(
              "UPDATE weir.service_state SET seen_at = clock_timestamp() - interval '3 minutes' WHERE owner = '\(owner)'"
            )
            try await Task.sleep(for: .milliseconds(200))
          }
          try await two.until { $0["is_running"] == .bool(false) && $0["database"]?.text == "reachable" }
        }
      }
      let statuses = try first.query("SELECT status FROM weir.service_run")
      #expect(statuses == [["succeeded"], ["succeeded"]])
    }
  }

  @Test("two pipelines of one name, and two into one database with a feed of one name, are refused")
  func same() async throws {
    try await PractiseVendor.serving(["--cars", "1"]) { vendor in
      let served = try await Served(vendor)
      let twice = try await served.weir([
        "serve", "--port", "0", "--config", "pipeline.json", "--config", "pipeline.json",
      ])
      #expect(twice.status == 78 && twice.errors.contains("two pipelines are called"), "\(twice.errors)")
      let other = try TestPipeline(
        sources: Served.sources,
        feeds: Served.feeds(),
        further: #", "service": { "name": "other" }"#
      )
      let same = try await served.weir([
        "serve", "--port", "0", "--config", "pipeline.json", "--config", other.file.string,
      ])
      #expect(same.status == 78 && same.errors.contains("a feed called \"cars\""), "\(same.errors)")
    }
  }
}
