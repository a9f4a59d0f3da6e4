import SystemPackage
import TestSupport
import Testing

@testable import VendorSimulator

/// The example pipelines against a vendor that behaves as their rules say.
@Suite(.timeLimit(.minutes(5)))
struct ExampleTests {
  struct Case: CustomTestStringConvertible {
    var folder: String
    var sets: String
    /// Records that each feed brings: the whole set.
    var feeds: [String: String]
    var testDescription: String { folder }
  }

  @Test(
    "each example fetches every record that its vendor has, twice the same, and goes over no limit",
    arguments: [
      Case(
        folder: "ampre",
        sets: "--homes 300 --page-window 100000",
        feeds: ["vow": "Property", "media": "Media", "rooms": "PropertyRooms", "openhouse": "OpenHouse"]
      ),
      Case(folder: "hotels", sets: "--hotels 1100", feeds: ["hotels": "hotels"]),
      Case(folder: "cars", sets: "--cars 2500", feeds: ["cars": "cars"]),
    ]
  )
  func fetches(row: Case) async throws {
    let example = Programs.packageRoot.appending("tools/examples/\(row.folder)")
    let feeds = row.feeds.sorted { $0.key < $1.key }
    let script = """
      sed 's|"path": "spool"|"path": "'"$PWD"'/spool"|' \(example)/pipeline.json > pipeline.json
      for feed in \(feeds.map { "\($0.key):\($0.value)" }.joined(separator: " ")); do
        set=${feed#*:}; feed=${feed%:*}
        there=$(curl -sS -H "Authorization: Bearer $CONTROL_TOKEN" $WEIR_VENDOR_URL/vendor/state | jq ".sets.$set.records")
        for run in 1 2; do
          weir-fetch $feed --full --config pipeline.json > paths 2> why || cat why
          [[ -s paths ]] && fetched=$(xargs -n 1 lz4 -dc < paths | wc -l) || fetched=none
          echo "$feed $run $((fetched == there))"
        done
      done
      weir-vendor log --url $WEIR_VENDOR_URL --token $CONTROL_TOKEN --summary | jq -c .violations
      """
    let folder = try TestFolder()
    let arguments = row.sets.split(separator: " ").map(String.init) + ["--rules", "\(example)/vendor.json"]
    let result = try await PractiseVendor.serving(arguments) { vendor in
      // What the example's rules want for its data; the paths under /vendor want the vendor's own.
      try await Programs.shell(
        script,
        environment: [
          "WEIR_VENDOR_URL": vendor.url, "WEIR_VENDOR_TOKEN": "practice", "CONTROL_TOKEN": vendor.token,
        ],
        in: folder.path
      )
    }
    #expect(result.lines == feeds.flatMap { ["\($0.key) 1 1", "\($0.key) 2 1"] } + ["{}"], "\(result)")
  }
}
