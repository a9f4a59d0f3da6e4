import Foundation
import TestSupport
import Testing

/// A real service with a vendor and a database, asked by a client that knows nothing of its code.
@Suite(.postgres, .timeLimit(.minutes(5)))
struct ClientTests {
  @Test("a client written from the requirements alone finds every route, every field and every error as required")
  func requirements() async throws {
    let (reader, admin) = (try await Token("reader", "read"), try await Token("boss", "admin"))
    let service = """
      { "anonymous": "none", "requests_per_second": 1000, "burst": 1000, "tokens": [\(reader.entry), \(admin.entry)] }
      """
    try await PractiseVendor.serving(["--cars", "500"]) { vendor in
      let served = try await Served(vendor, service: service)
      // So that a run is still under way when a second one is asked for.
      try await served.vendorRules(#"{ "faults": [{ "name": "slow", "delay": 1, "do": { "kind": "slow" } }] }"#)
      try await served.serving { running in
        let environment = ["URL": running.url, "READ": reader.text, "ADMIN": admin.text]
        let result = try await Programs.shell(ClientScript.text, environment: environment)
        #expect(result.output == "" && result.errors == "", "\(result.output)\n\(result.errors)")
        #expect(try served.value("SELECT count(*) FROM car") == "500")
        let audit = try served.query("SELECT actor, action, status, detail FROM weir.service_audit ORDER BY id")
        #expect(audit.contains { $0[0] == "boss" && $0[1] == "PUT /api/v1/admin/sync/settings" && $0[2] == "200" })
        #expect(audit.contains { $0[0] == "reader" && $0[2] == "403" })
        for secret in [reader.text, admin.text, vendor.token] {
          let seen = try served.value("SELECT count(*) FROM weir.service_audit a WHERE a::text LIKE '%\(secret)%'")
          #expect(seen == "0")
        }
      }
    }
  }
}
