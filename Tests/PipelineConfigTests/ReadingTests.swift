import JSONText
import PipelineConfig
import SystemPackage
import Telemetry
import TestSupport
import Testing

struct ReadingTests {
  @Test("the pipeline at the root of the project is right, and puts parents before children")
  func root() throws {
    let pipeline = try Pipeline(contentsOf: Programs.packageRoot.appending("pipeline.json"), environment: [:])
    #expect(pipeline.feeds.map(\.name) == ["idx", "vow", "media", "rooms", "openhouse", "hotels", "cars"])
    let order = pipeline.feedsInOrder.map(\.name)
    #expect(order == ["idx", "vow", "hotels", "cars", "media", "rooms", "openhouse"])
    let idx = try pipeline.feed(named: "idx")
    #expect(Set(pipeline.childFeeds(of: idx).map(\.name)) == ["media", "rooms", "openhouse"])
    #expect(throws: UnknownFeed.self) { try pipeline.feed(named: "idxx") }
  }

  @Test("what is not said has its default, and relative paths start at the file's folder")
  func defaults() throws {
    let pipeline = try Configs.read(Configs.good)
    let cars = try pipeline.feed(named: "cars")
    #expect(pipeline.spool.path == "/etc/weir/spool" && pipeline.spool.segment.records == 20_000)
    #expect(pipeline.spool.segment.bytes == 16 << 20 && pipeline.spool.segment.time == .seconds(5))
    #expect(pipeline.database.url == nil && pipeline.database.embedded == "/etc/weir/.weir/pg")
    #expect(cars.source.limits.concurrency == 4 && cars.source.retry.attempts == 6)
    #expect(cars.cursor?.type == .timestamp && cars.keyColumns.map(\.name) == ["id"])
    #expect(try pipeline.feed(named: "parts").parent?.keyColumn.name == "id")
  }

  @Test(
    "times and sizes are read as people write them",
    arguments: [
      ("spool.segment.time", "\"0.5s\"", true), ("spool.segment.time", "\"2m\"", true),
      ("spool.segment.time", "\"5\"", false),
      ("spool.segment.time", "5", false), ("spool.segment.bytes", "\"4MiB\"", true),
      ("spool.segment.bytes", "\"4MB\"", false),
      ("spool.segment.bytes", "4194304", true), ("sources.shop.retry.budget", "\"1h\"", true),
      ("sources.shop.retry.budget", "\"1.h\"", false), ("sources.shop.retry.budget", "\"-1s\"", false),
    ]
  )
  func quantities(path: String, value: String, isRight: Bool) throws {
    let problems = try Configs.problems(Configs.setting(path, to: value))
    #expect(problems.map(\.path) == (isRight ? [] : [path]), "\(problems)")
  }

  @Test(
    "values of the environment take the place of ${NAME}, and a missing one is a problem where it is used",
    arguments: [
      ("${HOST}", ["HOST": "https://a.example"], "https://a.example"),
      ("https://${H}.example/${P:-x}", ["H": "b"], "https://b.example/x"),
      ("${HOST:-https://c.example}", [:], "https://c.example"), ("${HOST}", [:], nil), ("${", [:], nil),
      ("${}", [:], nil),
    ] as [(String, [String: String], String?)]
  )
  func environment(text: String, environment: [String: String], expected: String?) throws {
    let config = try Configs.setting("sources.shop.base_url", to: "\"\(text)\"")
    let all = environment.merging(["TOKEN": "t"]) { _, new in new }
    if let expected {
      #expect(try Configs.read(config, environment: all).sources[0].baseURL == expected)
    } else {
      #expect(try Configs.problems(config, environment: all).map(\.path) == ["sources.shop.base_url"])
    }
  }

  @Test("a secret shows in no problem, no description and no reflection of what was read")
  func secrets() throws {
    let pipeline = try Configs.read(Configs.good)
    var shown = ""
    dump(pipeline, to: &shown)
    #expect(!shown.contains(Configs.canary) && !"\(pipeline)".contains(Configs.canary))
    #expect(!String(reflecting: pipeline).contains(Configs.canary))

    var spoiled = Configs.good.replacing("https://shop.example/api", with: "ftp://${TOKEN}")
    for setting in ["\"page_size\": 100", "\"bigint\"", "\"key\": [\"id\"]"] {
      spoiled = spoiled.replacing(
        setting,
        with: setting.split(separator: ":")[0] + (setting.contains(":") ? ": \"${TOKEN}\"" : "")
      )
    }
    for text in [
      spoiled, try Configs.setting("feeds.cars.source", to: "\"${TOKEN}\""),
      try Configs.setting("sources.shop.base_url", to: "\"x${TOKEN}\""),
    ] {
      let problems = try Configs.problems(text, environment: ["TOKEN": Configs.canary])
      #expect(!problems.isEmpty)
      #expect(!InvalidConfig(problems).description.contains(Configs.canary), "\(problems)")
    }
  }

  @Test("a file that is no JSON, or is not there, is said with its place")
  func unreadable() throws {
    #expect(try Configs.problems("{\n  \"sources\": [1, }").first?.message.contains("line 2") == true)
    #expect(try Configs.problems("[]").count == 1)
    let error = #expect(throws: ConfigFileError.self) {
      try Pipeline(contentsOf: "/nowhere/pipeline.json", environment: [:])
    }
    #expect(error?.exitStatus.rawValue == 78 && error?.description.contains("/nowhere/pipeline.json") == true)
  }
}
