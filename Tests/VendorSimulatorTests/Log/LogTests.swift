import HTTPTypes
import JSONText
import NIOCore
import NIOHTTP1
import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import VendorSimulator

/// What the vendor knows of its client afterwards.
@Suite(.timeLimit(.minutes(5)))
struct LogTests {
  @Test("each request is there once, as it came, with the keys it asked for; the paths under /vendor are not")
  func entries() async throws {
    let uris = [
      ("/odata/cars?$filter=id%20in%20(40000001,40000002,%2040000003)&$top=2", 3),
      ("/odata/cars?$filter=id%20eq%201%20or%20id%20eq%202", 2), ("/odata/cars?$filter=id%20eq%201", 0),
      ("/odata/cars?$filter=make%20in%20('a%20in%20(b,c)','d''e')", 2), ("/rest/cars?page=2", 0), ("/nowhere", 0),
    ]
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 30)]) { client in
      var client = client
      for (uri, _) in uris { _ = try await client.get(uri) }
      client.headers = HTTPFields("X-Api-Key", "k")
      _ = try await client.get("/rest/cars")
      let lines = try await client.get("/vendor/log").text.split(separator: "\n").map {
        try JSONValue(parsing: String($0))
      }
      #expect(lines.compactMap { $0["uri"]?.text } == uris.map(\.0) + ["/rest/cars"])
      #expect(lines.compactMap { $0["keys"]?.integer } == uris.map(\.1) + [0])
      #expect(lines.compactMap { $0["number"]?.integer } == Array(1...7))
      #expect(lines.map { $0["status"]?.integer } == [200, 200, 200, 200, 200, 404, 200])
      #expect(lines.last?["credentials"]?.encoded == #"["x-api-key"]"#)
      #expect(lines.first?["credentials"]?.encoded == "[]")
      let after = try await client.get("/vendor/log?after=5").text
      #expect(after.split(separator: "\n").count == 2)
      _ = try await client.send(.DELETE, "/vendor/log")
      #expect(try await client.get("/vendor/log").text.isEmpty)
      #expect(try await client.json("/vendor/log/summary")["requests"]?.integer == 0)
    }
  }

  @Test("the log keeps as many requests as it is told, the latest, and counts all")
  func bounded() async throws {
    var options = VendorServer.Options()
    options.logEntriesMax = 3
    try await Client.serving([CatalogueSource<Cars>(seed: 1, count: 3)], options) { client in
      for page in 1...8 { _ = try await client.get("/rest/cars?page=\(page)") }
      let lines = try await client.get("/vendor/log").text.split(separator: "\n")
      #expect(
        lines.map { $0.contains("page=6") || $0.contains("page=7") || $0.contains("page=8") } == [true, true, true]
      )
      #expect(try await client.json("/vendor/log/summary")["requests"]?.integer == 8)
    }
  }

  @Test(
    "the highest count of any window is what counting each window by hand gives",
    arguments: 0..<40 as Range<UInt64>
  )
  func highest(seed: UInt64) {
    var random = VendorSimulator.SeededGenerator(seed: seed)
    var now: Int64 = 0
    var times: [Int64] = []
    var sliding = SlidingCount(microseconds: 1000)
    for _ in 0..<200 {
      now += Int64(random.int(0...400))
      times.append(now)
      sliding.add(Moment(microseconds: now))
    }
    let byHand = times.map { start in times.count { $0 >= start && $0 < start + 1000 } }.max()
    #expect(sliding.highest == byHand)
  }

  @Test("rules and log are there from the shell")
  func commands() async throws {
    let script = """
      get() { curl -sS -o /dev/null -w '%{http_code}\\n' -H "Authorization: Bearer $T" "$URL/rest/cars"; }
      get; get; get
      weir-vendor log --url "$URL" --token "$T" | jq -r .status
      weir-vendor log --url "$URL" --token "$T" --summary | jq -c .violations
      echo '{"limits":null}' | weir-vendor rules --url "$URL" --token "$T" -
      get
      weir-vendor log --url "$URL" --token "$T" --after 3 | jq .number
      echo '{"limit":null}' | weir-vendor rules --url "$URL" --token "$T" -; echo "wrong: $?"
      weir-vendor serve --cars 1 --rules /nowhere.json; echo "no file: $?"
      """
    let folder = try TestFolder()
    let rules = folder.path.appending("rules.json")
    try folder.write(#"{"limits":{"per_hour":2}}"#, to: rules)
    let result = try await PractiseVendor.serving(["--cars", "5", "--rules", rules.string]) { vendor in
      try await Programs.shell(script, environment: ["URL": vendor.url, "T": vendor.token])
    }
    let expected = [
      "200", "200", "429", "200", "200", "429", #"{"per_hour":1}"#, "{}", "200", "4", "wrong: 65", "no file: 66",
    ]
    #expect(result.lines == expected, "\(result)")
    #expect(result.errors.contains("limit is not known here"), "\(result.errors)")
  }
}
