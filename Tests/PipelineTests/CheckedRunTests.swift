import JSONText
import TestSupport
import Testing

/// A feed with checks, through the three programs into a table.
@Suite(.postgres)
struct CheckedRunTests {
  private static let stages = "weir-hash --feed items | weir-stage - | weir-merge -"

  @Test(
    "nothing of a run that fails a check is merged before a person lets it through; one that meets them is merged at once"
  )
  func gate() async throws {
    let load = try await SpoolLoad(
      columns: #""n": "integer""#,
      settings:
        #""checks": { "hold": { "min_records": 3, "max_null_share": {"n": 0} }, "warn": { "unique": ["n"] } },"#,
      table: "n integer"
    )
    try load.publish((0..<4).map { "{\"id\":\($0),\"n\":\($0 % 3)}" })
    let first = try await load.shell(Self.stages)
    #expect(first.status == 0, "\(first.errors)")
    #expect(try load.query("SELECT count(*) FROM item") == [["4"]])
    #expect(first.errors.contains("does not meet a check"), "\(first.errors)")
    #expect(first.errors.contains("column n: 1 values belong to more than one key"), "\(first.errors)")

    try load.publish((0..<5).map { "{\"id\":\($0),\"n\":\($0 == 4 ? "null" : "9")}" }, run: "20261121T000000Z-aaaa")
    let second = try await load.shell(Self.stages)
    #expect(second.status == 65, "\(second.errors)")
    let line = try #require(second.errors.split(separator: "\n").first { $0.contains("error:") })
    for word in [
      "items", "20261121T000000Z-aaaa", "column n: 1 of 5 rows are null", "weir spool release ALL --feed items",
    ] {
      #expect(line.contains(word), "\(line)")
    }
    #expect(try load.query("SELECT count(*), max(n) FROM item") == [["4", "2"]])
    let report = try JSONValue(parsing: try await load.weir("report", "items", "--json").output)
    #expect(report["staged"]?["checks"]?.text == "failed", "\(report)")
    let shown = try await load.weir("report")
    #expect(shown.output.contains("check not met: column n: 1 of 5 rows are null"), "\(shown.output)")

    let released = try await load.shell("weir spool release ALL --feed items --queue staged | weir-merge -")
    #expect(released.status == 0, "\(released.errors)")
    #expect(try load.query("SELECT count(*), max(n) FROM item") == [["5", "9"]])
    #expect(try await load.weir("audit").status == 0)
  }
}
