import PipelineConfig
import Postgres
import Spool
import Telemetry
import TestSupport
import Testing

@testable import Merging

/// The role that merges may do what merging needs, and no more.
@Suite(.postgres)
struct GrantTests {
  typealias Fixture = MergeFixture

  /// Runs `body` with a role of the test's own; roles belong to the whole server.
  private func withRole(_ fixture: Fixture, _ body: (String) throws -> Void) throws {
    let role = "merge_\(fixture.database.name)"
    _ = try fixture.query("CREATE ROLE \(role) LOGIN")
    defer {
      _ = try? fixture.query("DROP OWNED BY \(role)")
      _ = try? fixture.query("DROP ROLE \(role)")
    }
    try body(role)
  }

  @Test("with what is granted a role merges rows, children, deletions and a full run's end")
  func enough() throws {
    let fixture = try FamilyTests.fixture(.cascade)
    try withRole(fixture) { role in
      // What the owner made for merging is in the way.
      _ = try fixture.merge(fixture.segment([FamilyTests.town(1), FamilyTests.town(2)], feed: "town", mode: .full))
      let granted = try MergeGrants(fixture.pipeline, role: role).apply()
      #expect(granted.contains { $0.hasPrefix("DROP TABLE weir.stg_town_1") })
      let pipeline = try fixture.pipeline(url: fixture.database.address("user", role))
      var processor = try Fixture.processor(pipeline, fixture.spool)
      let houses = try fixture.segment([FamilyTests.child(11, of: 1), FamilyTests.child(91, of: 9)], feed: "house")
      #expect(try processor.process(houses).counts["orphaned"] == 1)
      let left = try fixture.segment([FamilyTests.town(2)], feed: "town", run: Fixture.secondRun, mode: .full)
      _ = try processor.process(left)
      let end = try fixture.end(feed: "town", run: Fixture.secondRun, segments: 1, records: 1, mode: .full)
      #expect(try processor.process(end).counts["parted"] == 1)
      let back = try fixture.segment([FamilyTests.town(1, version: "3")], feed: "town", run: Fixture.thirdRun)
      #expect(try processor.process(back).counts["adopted"] == 1)
      #expect(
        try fixture.query("SELECT DISTINCT tableowner FROM pg_tables WHERE tablename ~ '^(stg|seen)_'") == [[role]]
      )
      // Again it finds nothing to drop.
      #expect(try !MergeGrants(fixture.pipeline, role: role).apply().contains { $0.hasPrefix("DROP") })
    }
  }

  @Test(
    "and nothing else",
    arguments: [
      "CREATE TABLE public.mine (id int)", "ALTER TABLE public.item ADD COLUMN mine int", "DROP TABLE public.item",
      "TRUNCATE public.item", "CREATE INDEX ON public.item (name)", "DROP TABLE weir.ledger", "TRUNCATE weir.ledger",
      "UPDATE weir.migration SET checksum = ''", "SELECT * FROM public.other", "COPY public.item TO '/tmp/x'",
      "CREATE ROLE mine", "SELECT * FROM pg_authid",
    ]
  )
  func noMore(statement: String) throws {
    let fixture = try Fixture(tables: [Fixture.itemTable, "CREATE TABLE other (id int)"])
    try withRole(fixture) { role in
      _ = try MergeGrants(fixture.pipeline, role: role).apply()
      let target = DatabaseTarget.url(Secret(fixture.database.address("user", role)))
      var connection = try Connection(to: target, applicationName: "weir test")
      let caught = #expect(throws: PostgresError.self) { try connection.query(statement) }
      #expect(caught?.sqlState == .insufficientPrivilege, "\(String(describing: caught))")
      #expect(caught?.exitStatus == .permission)
    }
  }

  @Test("a role that is not there is said with the statement that makes it")
  func missing() throws {
    let fixture = try Fixture()
    let caught = #expect(throws: PostgresError.self) {
      try MergeGrants(fixture.pipeline, role: "nobody at all").apply()
    }
    #expect(caught?.exitStatus == .config && caught?.hint?.contains(#"CREATE ROLE "nobody at all" LOGIN"#) == true)
  }
}
