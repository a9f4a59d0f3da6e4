import PipelineConfig
import Telemetry
import Testing

/// Everything that is wrong, at once, each with its place.
struct ProblemTests {
  @Test("six mistakes are six problems, each with its path")
  func six() throws {
    var text = Configs.good
    for (right, wrong) in [
      ("https://shop.example/api", "ftp://shop.example"),
      ("\"odata\", \"page_size\": 100", "\"odata\", \"page_size\": 0"),
      ("\"table\": \"car\"", "\"tabel\": \"car\""), ("\"car_id\": \"bigint\"", "\"car_id\": \"money\""),
      ("\"path\": \"spool\"", "\"path\": 7"), ("\"${TOKEN}\"", "\"${TOKNE}\""),
    ] { text = text.replacing(right, with: wrong) }
    let paths = try Configs.problems(text).map(\.path)
    for path in [
      "spool.path", "sources.shop.base_url", "sources.shop.auth.bearer", "feeds.cars.pagination.page_size",
      "feeds.cars.tabel", "feeds.parts.columns.car_id",
    ] { #expect(paths.contains(path), "\(paths)") }
  }

  @Test(
    "every limit has its edges: on them it is taken, beyond them it is refused",
    arguments: [
      ("sources.shop.limits.concurrency", ["1", "64"], ["0", "65", "1.5", "\"4\"", "true"]),
      ("sources.shop.limits.per_second", ["0.01", "10000"], ["0", "10001", "-1"]),
      ("sources.shop.retry.attempts", ["1", "100"], ["0", "101"]),
      ("sources.shop.retry.budget", ["\"1s\"", "\"24h\""], ["\"999ms\"", "\"25h\""]),
      ("sources.shop.retry.first_delay", ["\"1ms\"", "\"60s\""], ["\"0ms\"", "\"61s\""]),
      ("sources.shop.timeouts.connect", ["\"100ms\"", "\"120s\""], ["\"99ms\"", "\"121s\""]),
      ("sources.shop.timeouts.idle", ["\"100ms\"", "\"1h\""], ["\"99ms\"", "\"61m\""]),
      ("sources.shop.timeouts.whole", ["\"1s\"", "\"24h\""], ["\"0s\"", "\"25h\""]),
      ("feeds.cars.pagination.page_size", ["1"], ["0", "-5", "9999999"]),
    ]
  )
  func bounds(path: String, right: [String], wrong: [String]) throws {
    for value in right { #expect(try Configs.problems(Configs.setting(path, to: value)).isEmpty, "\(value)") }
    for value in wrong {
      #expect(try Configs.problems(Configs.setting(path, to: value)).map(\.path) == [path], "\(value)")
    }
  }

  @Test(
    "what cannot be is refused where it stands",
    arguments: [
      ("feeds.cars.source", "\"shpo\"", "feeds.cars.source", "shop"),
      ("feeds.cars.key", "[\"vin\"]", "feeds.cars.key", "vin"),
      ("feeds.cars.key", "[]", "feeds.cars.key", ""),
      ("feeds.cars.columns.id", "\"jsonb\"", "feeds.cars.key", "jsonb"),
      ("feeds.cars.columns.data_hash", "\"text\"", "feeds.cars.columns.data_hash", ""),
      ("feeds.cars.columns._weir_x", "\"text\"", "feeds.cars.columns._weir_x", ""),
      ("feeds.cars.columns.xmin", "\"text\"", "feeds.cars.columns.xmin", ""),
      ("feeds.cars.columns.year", "\"int\"", "feeds.cars.columns.year", "integer"),
      ("feeds.cars.columns.city", "{\"type\":\"text\",\"from\":\"Address/City\"}", "feeds.cars.columns.city.from", "/"),
      ("feeds.parts.parent.feed", "\"car\"", "feeds.parts.parent.feed", "cars"),
      ("feeds.parts.parent.field", "\"car\"", "feeds.parts.parent.field", "car"),
      ("feeds.parts.columns.car_id", "\"text\"", "feeds.parts.parent.field", "bigint"),
      ("feeds.parts.filter", "\"a eq 1\"", "feeds.parts.filter", "query"),
      ("feeds.cars.query", "{\"$filter\":\"x\"}", "feeds.cars.query.$filter", "filter"),
      (
        "feeds.cars.cursor", "{\"field\":\"at\",\"since_parameter\":\"x\"}", "feeds.cars.cursor.since_parameter",
        "OData"
      ),
      ("feeds.cars.pagination.windows", "{}", "feeds.cars.pagination.windows.from", "missing"),
      ("feeds.cars.pagination.windows", "{\"from\":\"soon\"}", "feeds.cars.pagination.windows.from", "moment"),
      (
        "feeds.cars.pagination",
        "{\"kind\":\"odata\",\"page_size\":9,\"walk\":\"next_link\",\"windows\":{\"from\":\"2015-01-01\"}}",
        "feeds.cars.pagination.windows", "keyset"
      ),
      (
        "feeds.parts.pagination", "{\"kind\":\"odata\",\"page_size\":9,\"windows\":{\"from\":\"2015-01-01\"}}",
        "feeds.parts.pagination.windows", "timestamp"
      ),
      ("sources.shop.base_url", "\"https://user:pw@h/\"", "sources.shop.base_url", ""),
      ("sources.shop.base_url", "\"https://h/?key=1\"", "sources.shop.base_url", ""),
      ("sources.shop.auth.bearer", "\"a b\"", "sources.shop.auth.bearer", "header"),
      ("feeds.cars.hash", "{\"algorithm\":\"md4\"}", "feeds.cars.hash.algorithm", "xxh3_128"),
      ("feeds.cars.hash", "{\"numbers\":\"double\"}", "feeds.cars.hash.numbers", "rfc8785"),
      ("feeds.cars.unmapped", "\"drop\"", "feeds.cars.unmapped", "propose"),
      ("feeds.cars.unmapped", "{}", "feeds.cars.unmapped.keep", "missing"),
      ("feeds.cars.unmapped", "{\"keep\":\"at\"}", "feeds.cars.unmapped", "already"),
      ("feeds.cars.unmapped", "{\"keep\":\"xmin\"}", "feeds.cars.unmapped.keep", "PostgreSQL"),
      ("feeds.cars.checks", "{\"hold\":{\"unique\":[\"nope\"]}}", "feeds.cars.checks.hold.unique", "no column"),
      (
        "feeds.cars.checks", "{\"warn\":{\"max_null_share\":{\"nope\":0}}}",
        "feeds.cars.checks.warn.max_null_share.nope", "no column"
      ),
      (
        "feeds.cars.checks", "{\"warn\":{\"max_null_share\":{\"at\":1.1}}}", "feeds.cars.checks.warn.max_null_share.at",
        "0.0...1.0"
      ),
      ("feeds.parts.checks", "{\"warn\":{\"max_age\":\"1h\"}}", "feeds.parts.checks.warn.max_age", "cursor"),
      ("feeds.cars.unicode", "\"keep\"", "feeds.cars.unicode", "clean"),
      ("feeds.cars.deleted_when", "{}", "feeds.cars.deleted_when", "present"),
      ("feeds.cars.deleted_when", "{\"field\":\"a\",\"present\":\"b\"}", "feeds.cars.deleted_when.present", "beside"),
      ("feeds.cars.deleted_when", "{\"present\":\"a\",\"is\":[\"b\"]}", "feeds.cars.deleted_when.is", "field"),
      ("feeds.cars.deleted_when", "{\"field\":\"a\",\"is\":[]}", "feeds.cars.deleted_when.is", "1...100"),
      ("feeds.CARS", "{}", "feeds.CARS", ""), ("sources.shop.limit", "{}", "sources.shop.limit", "limits"),
    ]
  )
  func refused(path: String, value: String, at: String, words: String) throws {
    let problems = try Configs.problems(Configs.setting(path, to: value))
    let found = problems.first { $0.path == at }
    #expect(found != nil, "\(problems)")
    #expect(words.isEmpty || found?.message.contains(words) == true, "\(problems)")
    #expect(problems.allSatisfy { !$0.message.isEmpty && !$0.message.contains("\n") })
  }

  @Test("feeds whose parents lead in a circle are refused")
  func circle() throws {
    let text = try Configs.setting("feeds.cars.parent", to: #"{"feed":"parts","field":"id"}"#)
    let problems = try Configs.problems(text)
    #expect(problems.contains { $0.path.hasSuffix("parent.feed") || $0.path.hasSuffix("parent") }, "\(problems)")
  }

  @Test("column names that PostgreSQL would cut to the same 63 bytes are refused")
  func cut() throws {
    let long = String(repeating: "x", count: 62) + "é"
    let problems = try Configs.problems(Configs.setting("feeds.cars.columns.\(long)", to: "\"text\""))
    #expect(problems.map(\.path) == ["feeds.cars.columns.\(long)"], "\(problems)")
  }

  @Test("the whole report is one line for the count and one for each problem, status 78")
  func report() {
    let error = InvalidConfig([ConfigProblem("a.b", "is wrong"), ConfigProblem("", "is odd")])
    #expect(error.description == "pipeline.json: 2 problems\npipeline.json: a.b: is wrong\npipeline.json: is odd")
    #expect(error.exitStatus.rawValue == 78)
  }
}
