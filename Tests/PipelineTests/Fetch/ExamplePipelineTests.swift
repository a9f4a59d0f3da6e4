import Foundation
import JSONText
import Postgres
import SystemPackage
import TestSupport
import Testing

/// The example pipelines, each against a vendor that behaves as such a vendor does, through to the tables.
@Suite(.postgres, .serialized)
struct ExamplePipelineTests {
  struct Example: CustomTestStringConvertible, Sendable {
    var folder: String
    /// What the vendor is started with.
    var sets: [String]
    /// Tables, the feeds that fill them, and the sets that they are of.
    var tables: [(table: String, feed: String, set: String)]
    var testDescription: String { folder }
  }

  @Test(
    "each example mirrors its vendor, follows its changes and goes over no limit",
    .timeLimit(.minutes(5)),
    arguments: [
      Example(
        folder: "ampre",
        sets: ["--homes", "500", "--page-window", "100000"],
        tables: [
          ("Property", "vow", "Property"), ("Media", "media", "Media"), ("PropertyRooms", "rooms", "PropertyRooms"),
          ("OpenHouse", "openhouse", "OpenHouse"),
        ]
      ),
      Example(folder: "hotels", sets: ["--hotels", "1100"], tables: [("hotel", "hotels", "hotels")]),
      Example(folder: "cars", sets: ["--cars", "2500"], tables: [("car", "cars", "cars")]),
    ]
  )
  func mirrors(example: Example) async throws {
    let rules = Programs.packageRoot.appending("tools/examples/\(example.folder)/vendor.json").string
    try await PractiseVendor.serving(example.sets + ["--rules", rules]) { vendor in
      let trial = try await ExampleTrial(example, vendor)
      let first = try await trial.run("--full")
      try await trial.expectEqual("after the first run")
      let log = try await vendor.log()
      _ = try await vendor.advance()
      let moved = try await trial.run()
      try await trial.run("--full")
      try await trial.expectEqual("after the vendor has moved on")
      let again = try await trial.run()
      let violations = try await trial.violations()
      print("example \(example.folder): first \(first), moved \(moved), again \(again), violations \(violations)")
      #expect(violations == "{}")
      if example.folder == "hotels" {
        // A vendor of this kind gives tokens, not numbers of pages: they cannot be made up.
        #expect(log.count { $0.uri.contains("cursor=") } > 3 && !log.contains { $0.uri.contains("page=") })
      }
    }
  }
}

/// One example on its way.
private struct ExampleTrial {
  let example: ExamplePipelineTests.Example
  let vendor: PractiseVendor
  let folder: TemporarySpool
  let database: TestDatabase
  let pipeline: JSONValue

  init(_ example: ExamplePipelineTests.Example, _ vendor: PractiseVendor) async throws {
    (self.example, self.vendor) = (example, vendor)
    folder = try TemporarySpool()
    database = try #require(TestDatabase.current)
    let file = Programs.packageRoot.appending("tools/examples/\(example.folder)/pipeline.json")
    pipeline = try JSONValue(parsing: Array(Data(contentsOf: URL(filePath: file.string))))
    // Nothing but where the database and the spool are differs from what a user has.
    let ready = try await shell(
      """
      jq '.spool.path = "\(folder.directory)/spool" | .database.url = "${DATABASE_URL}"' \(file) > pipeline.json &&
        weir db migrate --directory \(Programs.packageRoot)/sql
      """
    )
    #expect(ready.status == 0, "\(ready.errors)")
  }

  func shell(_ line: String) async throws -> ProgramResult {
    try await Programs.shell(
      line,
      environment: [
        "DATABASE_URL": database.url, "WEIR_VENDOR_URL": vendor.url, "WEIR_VENDOR_TOKEN": "practice",
        "WEIR_CONTROL": vendor.token,
      ],
      in: folder.directory
    )
  }

  /// Runs all feeds and says how many records each has fetched.
  @discardableResult
  func run(_ options: String = "") async throws -> [String: Int] {
    let result = try await shell("weir run --json \(options)")
    #expect(result.status == 0, "\(example.folder): \(result.errors)\n\(result.output)")
    var fetched: [String: Int] = [:]
    for line in result.lines {
      let object = try JSONValue(parsing: line)
      if let feed = object["feed"]?.text { fetched[feed] = object["fetched"]?.integer }
    }
    return fetched
  }

  func violations() async throws -> String {
    let summary = try await shell(
      "weir-vendor log --summary --url $WEIR_VENDOR_URL --token $WEIR_CONTROL | jq -c .violations"
    )
    return summary.lines.first ?? summary.errors
  }

  /// Every mapped column of every table is what PostgreSQL itself reads in the vendor's own pages.
  func expectEqual(_ moment: String) async throws {
    for (table, feed, set) in example.tables {
      let copy = #"\copy page FROM pstdin WITH (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')"#
      let loaded = try await shell(
        """
        curl -fsS -H 'Authorization: Bearer practice' "$WEIR_VENDOR_URL/rest/\(set)?page_size=5000" |
          psql -X -q -v ON_ERROR_STOP=1 -d "$DATABASE_URL" -c 'DROP TABLE IF EXISTS page, document' \
            -c 'CREATE TABLE page (body jsonb)' -c "\(copy.replacing("\\", with: "\\\\"))" \
            -c "CREATE TABLE document AS SELECT jsonb_array_elements(body->'data') AS doc FROM page"
        """
      )
      #expect(loaded.status == 0, "\(loaded.errors)")
      let columns = try columns(of: feed)
      let own = columns.map { "\"\($0.name)\"" }.joined(separator: ", ")
      let theirs = columns.map(\.expression).joined(separator: ", ")
      var connection = try database.connect()
      let rows = try connection.query(
        """
        SELECT (SELECT count(*) FROM document), (SELECT count(*) FROM "\(table)"), count(*) FROM
          ((SELECT \(theirs) FROM document EXCEPT SELECT \(own) FROM "\(table)") UNION ALL
           (SELECT \(own) FROM "\(table)" EXCEPT SELECT \(theirs) FROM document)) AS difference
        """
      )
      let counts = rows.first?.map { Int($0 ?? "") ?? -1 } ?? []
      #expect(
        counts.count == 3 && counts[0] > 100 && counts[0] == counts[1] && counts[2] == 0,
        "\(table) \(moment): \(counts)"
      )
    }
  }

  /// A feed's columns, and how PostgreSQL reads them in a record; from the example's own text.
  private func columns(of feed: String) throws -> [(name: String, expression: String)] {
    guard case .object(let members)? = pipeline["feeds"]?[feed]?["columns"] else { return [] }
    return members.map { member in
      let type = member.value.text ?? member.value["type"]?.text ?? ""
      let path = (member.value["from"]?.text ?? "/\(member.name)").dropFirst().replacing("/", with: ",")
      return type == "jsonb"
        ? (member.name, "doc #> '{\(path)}'")
        : (member.name, "(doc #>> '{\(path)}')::\(type == "double" ? "double precision" : type)")
    }
  }
}
