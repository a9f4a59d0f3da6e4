import Foundation
import JSONText
import SystemPackage
import TestSupport
import Testing

/// The keys of a table as lines, and what they are for.
@Suite(.postgres, .timeLimit(.minutes(5)))
struct KeysTests {
  private static let feeds = """
    {
      "homes": { "source": "odata", "path": "Property", "pagination": { "kind": "odata", "page_size": 500 },
                 "key": ["ListingKey"], "table": "Property", "deletions": { "action": "mark" },
                 "columns": { "ListingKey": "text", "City": "text" } },
      "media": { "source": "odata", "path": "Media", "pagination": { "kind": "odata", "page_size": 2000 },
                 "key": ["MediaKey"], "table": "Media",
                 "parent": { "feed": "homes", "field": "ResourceRecordKey", "batch": 100 },
                 "columns": { "MediaKey": "text", "ResourceRecordKey": "text", "MediaURL": "text" } }
    }
    """

  @Test(
    "children are fetched by the keys of the parents that are there, a hundred a request, and the deleted ones are not asked for"
  )
  func children() async throws {
    try await PractiseVendor.serving(["--homes", "1500"]) { vendor in
      let mirror = try await Mirror(vendor: vendor, feeds: Self.feeds)
      _ = try mirror.query("ALTER TABLE \"Property\" ADD COLUMN IF NOT EXISTS deleted_at timestamptz")
      let homes = try await mirror.run("homes")
      #expect((homes["homes"]?.inserted ?? 0) > 1000)
      _ = try mirror.query(
        "UPDATE \"Property\" SET deleted_at = now() WHERE \"ListingKey\" = (SELECT min(\"ListingKey\") FROM \"Property\")"
      )
      let keys = try await mirror.weir("keys", "homes")
      #expect(keys.status == 0, "\(keys.errors)")
      let expected = try mirror.query("SELECT \"ListingKey\" FROM \"Property\" WHERE deleted_at IS NULL ORDER BY 1").map
      { $0[0] ?? "" }
      #expect(keys.lines == expected && expected.count == (homes["homes"]?.inserted ?? 0) - 1)

      let pipe = "weir keys homes | weir-fetch media --parent-keys - | weir-hash - | weir-stage - | weir-merge -"
      let fetched = try await mirror.shell("set -o pipefail; \(pipe)")
      #expect(fetched.status == 0, "\(fetched.errors)")
      let count = try mirror.value("SELECT count(*) FROM \"Media\"") ?? ""
      #expect(Int(count) ?? 0 > 1000)
      let strangers = try mirror.value(
        "SELECT count(*) FROM \"Media\" m JOIN \"Property\" p ON p.\"ListingKey\" = m.\"ResourceRecordKey\" WHERE p.deleted_at IS NOT NULL"
      )
      #expect(strangers == "0")
      let requests = try await mirror.shell(
        "weir-vendor log --url $WEIR_VENDOR_URL --token $WEIR_VENDOR_TOKEN | grep -c Media"
      )
      #expect(
        (Int(requests.lines.first ?? "") ?? 1 << 30) <= expected.count / 25,
        "\(requests.output)\(requests.errors)"
      )
    }
  }

  @Test("of more keys than are read at once each comes once, in order, however slowly they are taken")
  func pages() async throws {
    try await PractiseVendor.serving(["--cars", "1"]) { vendor in
      let mirror = try await Mirror(vendor: vendor, feeds: ShellPipelineTests.cars)
      _ = try mirror.query(
        "INSERT INTO car (id, data_hash, data_version) SELECT n * 7 - 50000, '', '' FROM generate_series(1, 25000) n"
      )
      let keys = try await mirror.shell("set -o pipefail; weir keys cars | (sleep 1; cat)")
      #expect(keys.status == 0 && keys.lines == (1...25_000).map { "\($0 * 7 - 50_000)" }, "\(keys.errors)")
    }
  }

  @Test("a key of several fields is refused, and so is one that would be two lines")
  func refused() async throws {
    try await PractiseVendor.serving(["--cars", "1"]) { vendor in
      let pair = ShellPipelineTests.cars.replacing("\"key\": [\"id\"]", with: "\"key\": [\"id\", \"vin\"]")
      let several = try await Mirror(vendor: vendor, feeds: pair)
      let refused = try await several.weir("keys", "cars")
      #expect(refused.status == 64 && refused.errors.contains("several fields"), "\(refused.errors)")
      let feeds = ShellPipelineTests.cars.replacing("\"key\": [\"id\"]", with: "\"key\": [\"vin\"]")
      let mirror = try await Mirror(vendor: vendor, feeds: feeds)
      _ = try mirror.query(
        "INSERT INTO car (id, vin, data_hash, data_version) VALUES (1, 'a', '', ''), (2, E'b\\nc', '', '')"
      )
      let lines = try await mirror.weir("keys", "cars")
      #expect(lines.status == 65 && lines.errors.contains("line break"), "\(lines.errors)")
    }
  }
}
