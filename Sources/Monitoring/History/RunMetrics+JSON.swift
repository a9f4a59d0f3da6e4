internal import Control
public import JSONText
internal import Spool
internal import Telemetry

extension RunMetrics {
  /// The row, its members named as the columns of `weir.run_metrics`; what is not known is null.
  public var json: JSONValue {
    var members: [JSONMember] = []
    func add(_ name: String, _ value: JSONValue) { members.append(JSONMember(name: name, value: value)) }
    add("began_at", .string(WallClock.timestamp(milliseconds: began)))
    add("finished_at", .string(WallClock.timestamp(milliseconds: finished)))
    for (name, text) in [("feed", feed), ("run", run), ("mode", isFull ? "full" : "incremental")] {
      add(name, JSONValue(text))
    }
    add("status", .string(status.rawValue))
    for (name, count) in wholeNumbers { add(name, JSONValue(count)) }
    for (name, number) in measuredNumbers { add(name, JSONValue(number)) }
    add("missed", .array(missed.map(JSONValue.string)))
    add("alerts", .array(alerts.map(JSONValue.string)))
    add("error", JSONValue(error))
    let stages = stages.sorted { $0.key.rawValue < $1.key.rawValue }.map { stage, figures in
      let figures = figures.sorted { $0.key < $1.key }.map { JSONMember(name: $0.key, value: JSONValue($0.value)) }
      return JSONMember(name: stage.rawValue, value: .object(figures))
    }
    add("stages", .object(stages))
    return .object(members)
  }

  private var wholeNumbers: [(String, Int?)] {
    [
      ("pages", counts.pages), ("fetched", counts.fetched), ("inserted", counts.inserted), ("updated", counts.updated),
      ("unchanged", counts.unchanged), ("superseded", counts.superseded), ("orphaned", counts.orphaned),
      ("deleted", counts.deleted), ("rejected", counts.rejected), ("segments", counts.segments),
      ("bytes", counts.bytes),
      ("answer_bytes", answerBytes), ("retries", counts.retries), ("requests", requests),
      ("request_errors", requestErrors), ("queries", queries), ("query_errors", queryErrors), ("batches", batches),
      ("breaker_openings", breakerOpenings), ("memory_peak_bytes", memoryPeakBytes),
      ("memory_growth_bytes", memoryGrowthBytes),
    ]
  }

  private var measuredNumbers: [(String, Double?)] {
    [
      ("seconds", seconds), ("pages_per_second", pagesPerSecond), ("rows_per_second", rowsPerSecond),
      ("request_mean_ms", requestTimes.mean), ("request_p50_ms", requestTimes.p50),
      ("request_p95_ms", requestTimes.p95),
      ("request_p99_ms", requestTimes.p99), ("request_parallelism", requestParallelism),
      ("query_mean_ms", queryTimes.mean), ("query_p95_ms", queryTimes.p95), ("batch_mean_ms", batchMean),
      ("batch_efficiency", batchEfficiency), ("waited_ms", waited),
    ]
  }

  /// Reads a row back; nil when something is missing that every row has. Times come as milliseconds since 1970.
  init?(row: JSONValue) {
    func whole(_ name: String) -> Int { row[name]?.whole ?? 0 }
    guard let feed = row["feed"]?.text, let status = row["status"]?.text.flatMap(Status.init),
      let began = row["began_ms"]?.whole,
      let finished = row["finished_ms"]?.whole
    else { return nil }
    self.init(
      began: began,
      finished: finished,
      feed: feed,
      run: row["run"]?.text,
      isFull: row["mode"]?.text == "full",
      status: status,
      seconds: row["seconds"]?.measured ?? 0
    )
    counts.pages = whole("pages")
    counts.fetched = whole("fetched")
    counts.inserted = whole("inserted")
    counts.updated = whole("updated")
    counts.unchanged = whole("unchanged")
    counts.superseded = whole("superseded")
    counts.orphaned = whole("orphaned")
    counts.deleted = whole("deleted")
    counts.rejected = whole("rejected")
    counts.segments = whole("segments")
    counts.bytes = whole("bytes")
    counts.retries = whole("retries")
    counts.requests = whole("requests")
    answerBytes = whole("answer_bytes")
    (requests, requestErrors) = (whole("requests"), whole("request_errors"))
    (queries, queryErrors, batches) = (whole("queries"), whole("query_errors"), whole("batches"))
    breakerOpenings = whole("breaker_openings")
    memoryPeakBytes = whole("memory_peak_bytes")
    memoryGrowthBytes = row["memory_growth_bytes"]?.whole
    readTimes(row)
    missed = row["missed"]?.texts ?? []
    alerts = row["alerts"]?.texts ?? []
    error = row["error"]?.text
    guard case .object(let stages)? = row["stages"] else { return }
    for member in stages {
      guard let stage = StageName(rawValue: member.name), case .object(let figures) = member.value else { continue }
      for figure in figures { self.stages[stage, default: [:]][figure.name] = figure.value.measured }
    }
  }

  private mutating func readTimes(_ row: JSONValue) {
    pagesPerSecond = row["pages_per_second"]?.measured
    rowsPerSecond = row["rows_per_second"]?.measured
    requestTimes.mean = row["request_mean_ms"]?.measured
    requestTimes.p50 = row["request_p50_ms"]?.measured
    requestTimes.p95 = row["request_p95_ms"]?.measured
    requestTimes.p99 = row["request_p99_ms"]?.measured
    requestParallelism = row["request_parallelism"]?.measured
    queryTimes.mean = row["query_mean_ms"]?.measured
    queryTimes.p95 = row["query_p95_ms"]?.measured
    batchMean = row["batch_mean_ms"]?.measured
    batchEfficiency = row["batch_efficiency"]?.measured
    waited = row["waited_ms"]?.measured ?? 0
  }
}

extension JSONValue {
  init(_ text: String?) { self = text.map(JSONValue.string) ?? .null }
  init(_ count: Int?) { self = count.map { .number(String($0)) } ?? .null }
  /// To the thousandth; what is no number is null.
  init(_ number: Double?) {
    guard let number, number.isFinite, abs(number) < 1e15 else {
      self = .null
      return
    }
    let rounded = (number * 1000).rounded() / 1000
    self = .number(rounded == rounded.rounded() ? String(Int(rounded)) : "\(rounded)")
  }

  var measured: Double? { if case .number(let digits) = self { Double(digits) } else { nil } }
  var whole: Int? {
    guard case .number(let digits) = self else { return nil }
    return Int(digits) ?? Double(digits).map { Int($0.rounded()) }
  }
  var texts: [String] { if case .array(let elements) = self { elements.compactMap(\.text) } else { [] } }
}
