import Foundation
import JSONText
import SystemPackage
import TestSupport
import Testing

/// The dashboard and the metrics of a real service, on every kind of day.
@Suite(.postgres, .timeLimit(.minutes(10)))
struct PageTests {
  /// Pages of one moment, by a browser: nothing to complain of, nothing from elsewhere, nobody kept out, no wider than the screen.
  ///
  /// With WEIR_TEST_PICTURES set to a folder, what was seen is kept there for a person.
  private static func look(_ running: Service, _ day: String, wants words: [String]) async throws {
    guard Browser.isThere else {
      // The pages all the same, without a browser's eyes.
      let page = try await running.ask("GET", "/")
      #expect(page.status == 200 && words.allSatisfy(page.text.contains), "\(day): \(page.text)")
      return
    }
    var pictures: FilePath?
    if let folder = ProcessInfo.processInfo.environment["WEIR_TEST_PICTURES"] {
      let path = FilePath(folder).appending(day)
      try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
      pictures = path
    }
    let pages = [running.url + "/", running.url + "/pipelines/default/feeds/cars", running.url + "/api/v1/docs"]
    for look in try await Browser.look(at: pages, pictures: pictures) {
      let subject = Comment("\(day): \(look.address) \(look.width) \(look.isDark) \(look.title) \(look.serious)")
      #expect(look.complaints == [] && look.elsewhere == [] && look.serious == [], subject)
      #expect(look.pageWidth <= look.width, subject)
      if look.address.hasSuffix("/") { for word in words { #expect(look.text.contains(word), subject) } }
    }
  }

  @Test("the dashboard before any run, during one, after one that succeeded and after one that failed, in a browser")
  func days() async throws {
    try await PractiseVendor.serving(["--cars", "1000"]) { vendor in
      var served = try await Served(vendor, schedule: #"{ "every": "12h" }"#, pageSize: 100)
      // The third page takes so long that the run can be looked at.
      try await served.vendorRules(
        #"{ "faults": [{ "name": "slow", "on": [3], "delay": 3600, "do": { "kind": "slow" } }] }"#
      )
      // Nothing runs by itself before it is looked at.
      _ = try served.query(
        "INSERT INTO weir.sync_settings (tenant, setting_key, setting_value, updated_by) VALUES ('default', 'sync_enabled', 'false', 'test')"
      )
      try await served.serving { running in
        let key = try running.localKey()
        try await Self.look(
          running,
          "empty",
          wants: ["Ready for the first run", "never ran", "the schedule is stopped"]
        )
        #expect(try await running.ask("POST", "/api/v1/admin/sync", token: key).status == 202)
        try await running.until { status in
          guard case .array(let feeds)? = status["progress"] else { return false }
          return feeds.contains { ($0["fetched"]?.integer ?? 0) > 0 }
        }
        try await Self.look(running, "running", wants: ["fetching", "of 1,000 records"])
        let id = try #require(try await running.status()["current_run"]?["id"]?.text)
        // Once, or more often: the third time nothing is waited for.
        while try await running.status()["is_running"] == .bool(true) {
          _ = try await running.ask("POST", "/api/v1/runs/\(id)/cancel", token: key)
          try await Task.sleep(for: .seconds(1))
        }
        try await running.served.vendorRules(#"{ "faults": null }"#)
        #expect(try await running.ask("POST", "/api/v1/admin/sync", token: key).status == 202)
        try await running.until { $0["is_running"] == .bool(false) && $0["last_run"]?["status"]?.text == "succeeded" }
        try await Self.look(running, "succeeded", wants: ["All feeds are well", "1,000"])
      }
      served.further["WEIR_VENDOR_TOKEN"] = "wrong"
      let failing = served
      try await failing.serving { running in
        let key = try running.localKey()
        #expect(try await running.ask("POST", "/api/v1/admin/sync", token: key).status == 202)
        try await running.until { $0["is_running"] == .bool(false) && $0["last_run"]?["status"]?.text == "failed" }
        try await Self.look(running, "failed", wants: ["Something is wrong", "the last run failed"])
      }
    }
  }

  @Test("metrics stand at /metrics as Prometheus wants them, before and after a run, and only for whoever may read")
  func metrics() async throws {
    let reader = try await Token("reader", "read")
    try await PractiseVendor.serving(["--cars", "300"]) { vendor in
      let service = #"{ "anonymous": "none", "tokens": [\#(reader.entry)] }"#
      let served = try await Served(vendor, service: service, schedule: #"{ "every": "1h" }"#)
      try await served.serving { running in
        #expect(try await running.ask("GET", "/metrics").status == 401)
        try await running.until(token: reader.text) { $0["last_run"]?["status"]?.text == "succeeded" }
        // A second has to pass before what was read is read anew.
        var text = ""
        while !text.contains(#"weir_last_run_status{feed="cars",status="succeeded"} 1"#) {
          let answer = try await running.ask("GET", "/metrics", token: reader.text)
          #expect(
            answer.status == 200 && answer.headers["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true
          )
          text = answer.text
          try await Task.sleep(for: .milliseconds(50))
        }
        #expect(text.contains("\nweir_up 1\n") && text.contains("\nweir_run_overdue 0\n"), "\(text)")
        #expect(text.contains(#"weir_last_run_records{feed="cars",fate="inserted"} 300"#), "\(text)")
        let file = served.pipeline.directory.appending("metrics").string
        try Data(text.utf8).write(to: URL(filePath: file))
        let checked = try await Programs.shell("promtool check metrics < \(file)")
        #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
      }
    }
  }

  @Test(
    "receivers of webhooks are told of a failure, of a run that is overdue and of recovery, and the service does not wait for them"
  )
  func webhooks() async throws {
    try await Receiver.listening { receiver in
      try await PractiseVendor.serving(["--cars", "100"]) { vendor in
        let hook =
          #"{ "ops": { "url": "http://127.0.0.1:\#(receiver.port)/hook", "secret": "${HOOK_SECRET:-of-sixteen-bytes-or-more}" } }"#
        var served = try await Served(vendor, schedule: #"{ "every": "1s" }"#, members: ", \"webhooks\": \(hook)")
        let canary = "canary-of-a-hook-\(UInt64.random(in: .min ... .max))"
        served.further = ["HOOK_SECRET": canary, "WEIR_VENDOR_TOKEN": "wrong"]
        let failing = served
        try await failing.serving { _ in
          while !Set(receiver.events).isSuperset(of: ["failure", "overdue"]) {
            try await Task.sleep(for: .milliseconds(50))
          }
        }
        served.further["WEIR_VENDOR_TOKEN"] = vendor.token
        let fine = served
        try await fine.serving { _ in
          while !receiver.events.contains("recovery") { try await Task.sleep(for: .milliseconds(50)) }
        }
        // Behind the recovery a slow machine may be late for its next run.
        #expect(receiver.events.prefix { $0 != "recovery" }.count { $0 == "overdue" } == 1, "\(receiver.events)")
        #expect(receiver.deliveries.allSatisfy { $0.headers["weir-signature"]?.hasPrefix("t=") == true })
        #expect(!receiver.deliveries.contains { "\($0)".contains(canary) })
      }
    }
  }
}
