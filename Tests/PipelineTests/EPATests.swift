import SystemPackage
import TestSupport
import Testing

/// The US EPA's vehicles, four dated copies over REST pages: the vendor's own stamp lies, the hash does not.
@Suite(
  .postgres,
  .enabled(if: Programs.hasSharedData, "no ../shared/data beside the project: EPA vehicles are skipped"),
  .timeLimit(.minutes(10))
)
struct EPATests {
  static let copies = ["2017-03-10", "2017-09-11", "2018-02-26", "2019-06-04"]

  /// Inserted, updated, unchanged of each copy in turn.
  static let expected = [(38_150, 0, 0), (952, 1_098, 37_051), (448, 58, 39_043), (1_597, 738, 38_809)]

  /// Fields that say nothing about the vehicle: the stamp that lies, and what fuel cost that year.
  static let excluded = ["modifiedOn", "fuelCost08", "fuelCostA08", "youSaveSpend"]

  /// Ten typed columns, and the record as it came. `cylinders` and `displ` are no numbers in three rows ("NA"), so they
  /// stay in the record.
  static let feeds = """
    {
      "vehicles": {
        "source": "rest", "path": "vehicles",
        "pagination": { "kind": "page_number", "page_size": 1000, "records": "/data", "total": "/total" },
        "key": ["id"],
        "cursor": { "field": "ModificationTimestamp", "type": "timestamp", "since_parameter": "updated_since" },
        "hash": { "exclude": ["\(excluded.joined(separator: "\", \""))", "ModificationTimestamp"] },
        "table": "vehicles",
        "columns": {
          "id": "integer", "make": "text", "model": "text", "VClass": "text", "year": "integer",
          "co2TailpipeGpm": "numeric", "city08": "integer", "highway08": "integer", "comb08": "integer",
          "barrels08": "double", "record": { "from": "", "type": "jsonb" }
        }
      }
    }
    """

  static let table = """
    CREATE TABLE vehicles (id integer PRIMARY KEY, make text, model text, "VClass" text, year integer,
      "co2TailpipeGpm" numeric, city08 integer, highway08 integer, comb08 integer, barrels08 double precision, record jsonb,
      data_hash text NOT NULL, data_version text COLLATE "C" NOT NULL)
    """

  @Test("four copies as full runs give the expected counts and keep all 83 columns")
  func copies() async throws {
    let files = Self.copies.map { Programs.sharedData.appending("epa-vehicles/\($0).ndjson.gz").string }
    let arguments = ["--rest", "vehicles=\(files.joined(separator: ","))", "--key", "vehicles=id"]
    try await PractiseVendor.serving(arguments) { vendor in
      let mirror = try await Mirror(vendor: vendor, feeds: Self.feeds)
      _ = try mirror.query(Self.table)

      for (index, copy) in Self.copies.enumerated() {
        if index > 0 { _ = try await vendor.advance() }
        let run = try await mirror.run("--full")
        let (inserted, updated, unchanged) = Self.expected[index]
        #expect(run["vehicles"]?.inserted == inserted, "\(copy)")
        #expect(run["vehicles"]?.updated == updated, "\(copy)")
        #expect(run["vehicles"]?.unchanged == unchanged, "\(copy)")
        try await expectEqual(mirror, to: copy)

        #expect(try await mirror.run()["vehicles"]?.fetched == 0, "an incremental run right after finds nothing")
      }
      #expect(try mirror.value("SELECT count(*) FROM vehicles, jsonb_object_keys(record) WHERE id = 1") == "84")
    }
  }

  /// Every vehicle of the copy is there with all its fields, but for those that the hash does not look at.
  private func expectEqual(_ mirror: Mirror, to copy: String) async throws {
    try await mirror.loadDocuments(Programs.sharedData.appending("epa-vehicles/\(copy).ndjson.gz"))
    let ignored = (Self.excluded + ["ModificationTimestamp"]).map { "'\($0)'" }.joined(separator: ", ")
    let differing = try mirror.value(
      """
      SELECT count(*) FROM document d LEFT JOIN vehicles v ON v.id = (d.doc->>'id')::integer
      WHERE v.id IS NULL OR v.record - ARRAY[\(ignored)] IS DISTINCT FROM d.doc - ARRAY[\(ignored)]
         OR (v.make, v.model, v."VClass", v.year, v."co2TailpipeGpm", v.city08, v.highway08, v.comb08, v.barrels08)
            IS DISTINCT FROM (d.doc->>'make', d.doc->>'model', d.doc->>'VClass', (d.doc->>'year')::integer,
              (d.doc->>'co2TailpipeGpm')::numeric, (d.doc->>'city08')::integer,
              (d.doc->>'highway08')::integer, (d.doc->>'comb08')::integer, (d.doc->>'barrels08')::double precision)
      """
    )
    #expect(differing == "0", "\(copy)")
  }
}
