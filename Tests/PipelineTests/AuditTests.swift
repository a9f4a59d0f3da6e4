import Foundation
import JSONText
import Postgres
import SystemPackage
import TestSupport
import Testing

/// `weir audit`: the equation for each feed and segment, and what it says when something is missing.
@Suite(.postgres, .timeLimit(.minutes(5)))
struct AuditTests {
  @Test("a run balances; a segment that is held, a ledger that lies and a row that is gone do not: 65")
  func audit() async throws {
    try await PractiseVendor.serving(["--cars", "450", "--seed", "4"]) { vendor in
      let mirror = try await Mirror(vendor: vendor, feeds: ShellPipelineTests.cars, segmentRecords: 150)
      _ = try mirror.query("ALTER TABLE car ADD CONSTRAINT few CHECK (mileage % 10 <> 3)")
      let run = try await mirror.weir("run")
      #expect(run.status == 0, "\(run.errors)")
      let audit = try await mirror.weir("audit", "--json")
      #expect(audit.status == 0, "\(audit.errors)")
      let objects = try audit.lines.map { try JSONValue(parsing: $0) }
      #expect(objects.count == 4, "three segments and the sum")
      #expect(objects.allSatisfy { $0["balances"] == .bool(true) && $0["note"] == nil }, "\(audit.output)")
      #expect(objects.last?["fetched"] == .number("450"))
      #expect(objects.last?["rejected"] != .number("0"))
      let text = try await mirror.weir("audit")
      #expect(text.lines.first?.hasPrefix("FEED  RUN") == true && text.lines.count == 5, "\(text.output)")
      let name = try #require(try mirror.value("SELECT run FROM weir.sync_log"))
      #expect(try await mirror.weir("audit", name, "--feed", "cars").status == 0)

      _ = try mirror.query("UPDATE weir.ledger SET inserted = inserted - 1 WHERE sequence = 2")
      let lying = try await mirror.weir("audit")
      #expect(lying.status == 65)
      #expect(lying.output.contains("1 records are nowhere"), "\(lying.output)")
      _ = try mirror.query("DELETE FROM weir.ledger WHERE sequence = 2")
      let unmerged = try await mirror.weir("audit")
      #expect(unmerged.status == 65)
      #expect(unmerged.output.contains("not merged: it is in staged/done"), "\(unmerged.output)")
      _ = try await mirror.shell("rm spool/cars/*/done/*-000002.*")
      let gone = try await mirror.weir("audit")
      #expect(gone.status == 65)
      #expect(gone.output.contains("neither merged nor in the spool"), "\(gone.output)")
      #expect(try await mirror.weir("audit", "20200101T000000Z-aaaa").status == 66)
    }
  }

  @Test("a segment whose footer cannot be read is said to be damaged, also in a run that has no end")
  func damaged() async throws {
    try await PractiseVendor.serving(["--cars", "450", "--seed", "4"]) { vendor in
      let mirror = try await Mirror(vendor: vendor, feeds: ShellPipelineTests.cars, segmentRecords: 150)
      let spoiled = try await mirror.shell(
        "weir-fetch cars && cd spool/cars/fetched/ready && rm ./*-000003.* && truncate -s -5 ./*-000001.*"
      )
      #expect(spoiled.status == 0, "\(spoiled.errors)")
      #expect(try await mirror.shell("weir-hash --feed cars").status == 65)
      _ = try await mirror.shell("weir-stage --feed cars && weir-merge --feed cars")
      let audit = try await mirror.weir("audit", "--json")
      #expect(audit.status == 65, "\(audit.output)")
      let objects = try audit.lines.map { try JSONValue(parsing: $0) }
      let problems = objects.filter { $0["balances"] != .bool(true) }.map { $0["problem"] }
      #expect(problems == [.string("damaged: it is in fetched/held")], "\(audit.output)")
      #expect(objects.count == 4, "three segments and the sum")
    }
  }
}
