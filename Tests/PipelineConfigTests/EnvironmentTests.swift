import PipelineConfig
import Testing

/// Settings that the environment has the last word on.
struct EnvironmentTests {
  private static func read(_ name: String, _ value: String) throws -> Pipeline {
    try Configs.read(Configs.good, environment: ["TOKEN": Configs.canary, name: value])
  }

  @Test("the names that operators know override the file, for all sources and feeds alike")
  func names() throws {
    let cars = try Self.read("RPS", "2.5").feed(named: "cars")
    #expect(cars.source.limits.perSecond == 2.5)
    #expect(try Self.read("CONCURRENCY", "9").sources.map(\.limits.concurrency) == [9])
    #expect(try Self.read("CONCURRENCY", "9").feeds.map(\.source.limits.concurrency) == [9, 9])
    #expect(try Self.read("MAX_RETRIES", "0").feeds.map(\.source.retry.attempts) == [1, 1])
    #expect(try Self.read("PAGE_SIZE", "250").feeds.map(\.pagination.pageSize) == [250, 250])
    #expect(try Self.read("BATCH_SIZE", "500").spool.segment.records == 500)
    #expect(try Self.read("PARALLEL_BATCHES", "3").database.parallelBatches == 3)
    #expect(try Self.read("SYNC_INTERVAL", "24h").schedule.every == .seconds(86_400))
  }

  @Test("one that is empty is not set")
  func empty() throws {
    let plain = try Configs.read(Configs.good)
    for name in ["RPS", "CONCURRENCY", "MAX_RETRIES", "PAGE_SIZE", "BATCH_SIZE", "PARALLEL_BATCHES"] {
      let pipeline = try Self.read(name, "")
      #expect(pipeline.feeds.map(\.pagination) == plain.feeds.map(\.pagination))
      #expect(pipeline.sources.map(\.limits) == plain.sources.map(\.limits))
      #expect(pipeline.sources.map(\.retry) == plain.sources.map(\.retry))
      #expect(pipeline.spool == plain.spool && pipeline.database.parallelBatches == plain.database.parallelBatches)
    }
  }

  @Test(
    "one that does not fit is a problem that names it and does not show it",
    arguments: [
      ("RPS", "fast"), ("RPS", "0"), ("CONCURRENCY", "65"), ("CONCURRENCY", "1.5"), ("MAX_RETRIES", "-1"),
      ("MAX_RETRIES", "100"), ("PAGE_SIZE", "0"), ("BATCH_SIZE", "many"), ("PARALLEL_BATCHES", "33"),
    ]
  )
  func wrong(name: String, value: String) throws {
    let problems = try Configs.problems(Configs.good, environment: ["TOKEN": Configs.canary, name: value])
    #expect(problems.map(\.path) == ["$\(name)"])
    #expect(problems.allSatisfy { $0.message.hasPrefix("the value from the environment is ") })
  }
}
