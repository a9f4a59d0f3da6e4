import Foundation
import PipelineConfig
import Postgres
import Spool
import Subprocess
import SystemPackage
import TestSupport
import Testing

@testable import Monitoring

/// What Prometheus reads, judged by Prometheus' own tools.
@Suite(.timeLimit(.minutes(5)))
struct ExpositionTests {
  static func snapshot(_ feed: String = "cars") -> PipelineSnapshot {
    var state = SourceState()
    (state.requests, state.failures, state.openings, state.openUntil) = (1234, 2, 3, 10_000)
    var stand = PipelineSnapshot.SourceStand(
      name: "shop",
      state: state,
      breaker: .open,
      openSeconds: 12.5,
      heldSeconds: 0,
      limits: []
    )
    stand.limits = [("second", 2.5), ("hour", 2000)]
    let queues = QueueName.allCases.map { name in
      PipelineSnapshot.Queue(name: name, segments: [.ready: 3, .done: 1200], oldestReadySeconds: 42)
    }
    var made = PipelineSnapshot.Feed(
      name: feed,
      source: "shop",
      table: "car",
      hasParents: false,
      queues: queues,
      rejectedFiles: 2,
      rejectedRecords: 17
    )
    made.runs = [MadeRuns.full(feed)]
    return PipelineSnapshot(time: 1_763_755_300_000, feeds: [made], sources: [stand])
  }

  private static let service = MetricsText.ServiceStand(
    isRunning: true,
    isUnderWay: false,
    isOverdue: false,
    startSeconds: 1_763_000_000,
    nextRunSeconds: 1_763_760_000
  )

  private static func two(_ feed: String = "cars") -> [MetricsText.Pipeline] {
    [
      .init(name: "one", snapshot: snapshot(feed), service: service),
      .init(name: "two", snapshot: snapshot(), service: service),
    ]
  }

  /// Runs a line of shell with the text in a file, which it knows as $1.
  private static func shell(_ line: String, _ text: String) async throws -> (status: Int32, words: String) {
    let file = FilePath(NSTemporaryDirectory()).appending("weir-\(UUID().uuidString).prom")
    defer { try? FileManager.default.removeItem(atPath: file.string) }
    try Data(text.utf8).write(to: URL(filePath: file.string))
    let result = try await Programs.shell("set -- '\(file)'; \(line)")
    return (result.status, result.output + result.errors)
  }

  @Test("promtool finds nothing to complain of", arguments: ["cars", "q\"uo\\te", "line\nfeed", "caf\u{E9} \u{1F697}"])
  func check(name: String) async throws {
    let text = MetricsText.of(Self.two(name))
    let checked = try await Self.shell("promtool check metrics < \"$1\"", text)
    #expect(checked.status == 0 && checked.words.isEmpty, "\(checked.words)")
  }

  @Test("an empty pipeline and one whose database is away are written too")
  func bare() async throws {
    var bare = Self.snapshot()
    bare.feeds[0].runs = []
    bare.feeds[0].rejectedRecords = nil
    bare.databaseTrouble = "no server"
    let text = MetricsText.of(bare)
    #expect(text.contains("\nweir_database_up 0\n") && !text.contains("weir_last_run") && !text.contains("weir_up"))
    #expect(try await Self.shell("promtool check metrics < \"$1\"", text).status == 0)
  }

  @Test("each family stands once, with its help and type before its samples, however many pipelines there are")
  func families() {
    let lines = MetricsText.of(Self.two()).split(separator: "\n")
    let types = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
    #expect(Set(types).count == types.count && types.count > 25)
    var family = Substring()
    for line in lines {
      if line.hasPrefix("# TYPE ") { family = line.split(separator: " ")[2] }
      if !line.hasPrefix("#") { #expect(line.hasPrefix(family + " ") || line.hasPrefix(family + "{"), "\(line)") }
    }
  }

  @Test("a real Prometheus scrapes it, keeps the values, and knows the alert rules")
  func scrape() async throws {
    let folder = FilePath(NSTemporaryDirectory()).appending("weir-prom-\(UUID().uuidString)")
    try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder.string) }
    let text = MetricsText.of(Self.snapshot(), service: Self.service)
    try Data(text.utf8).write(to: URL(filePath: folder.appending("metrics").string))
    // A web server of the system's, which knows nothing of us, and the ports that the kernel gives.
    let rules = Programs.packageRoot.appending("tools/alert-rules.yml")
    let script = """
      cd '\(folder)'
      cat > serve.py <<'END'
      import http.server
      class Handler(http.server.SimpleHTTPRequestHandler):
          def guess_type(self, path): return "\(MetricsText.contentType)"
          def log_message(self, *words): pass
      server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
      open("port.draft", "w").write(str(server.server_address[1]))
      import os; os.rename("port.draft", "port")
      server.serve_forever()
      END
      python3 serve.py & web=$!
      trap 'kill $web $prometheus 2>/dev/null; wait' EXIT
      until [ -e port ]; do kill -0 $web || exit 9; sleep 0.05; done
      free=$(python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])')
      cat > prometheus.yml <<END
      global: { scrape_interval: 1s, evaluation_interval: 1s }
      rule_files: ['\(rules)']
      scrape_configs: [{ job_name: weir, static_configs: [{ targets: ['127.0.0.1:$(cat port)'] }] }]
      END
      prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address=127.0.0.1:$free >log 2>&1 &
      prometheus=$!
      ask() { curl -fsG "http://127.0.0.1:$free/api/v1/$1" --data-urlencode "query=$2"; }
      until ask query 'weir_queue_segments' 2>/dev/null | jq -e '.data.result | length > 0' >/dev/null; do
        kill -0 $prometheus || { cat log; exit 8; }; sleep 0.1
      done
      ask query 'last_over_time(weir_queue_segments{state="ready",queue="staged"}[10m])' | jq -r '.data.result[0].value[1]'
      ask query 'last_over_time(weir_last_run_request_duration_seconds{statistic="0.95"}[10m])' | jq -r '.data.result[0].value[1]'
      ask query 'max_over_time(up[10m])' | jq -r '.data.result[0].value[1]'
      curl -fs "http://127.0.0.1:$free/api/v1/rules" | jq -r '[.data.groups[].rules[].health] | unique[]'
      """
    let result = try await Programs.shell(script)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.lines.prefix(3) == ["3", "0.21025", "1"], "\(result.output)")
    #expect(result.lines.dropFirst(3).allSatisfy { $0 == "ok" || $0 == "unknown" } && result.lines.count > 3)
  }

  @Test("the alert rules and the dashboard ask for nothing that is not written")
  func names() throws {
    let text = MetricsText.of(Self.snapshot(), service: Self.service)
    let known = Set(text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] })
    for file in ["tools/alert-rules.yml", "tools/grafana-dashboard.json"] {
      let url = URL(filePath: Programs.packageRoot.appending(file).string)
      let asked = String(decoding: try Data(contentsOf: url), as: UTF8.self).matches(of: /weir_[a-z_]+/).map(\.output)
      #expect(asked.count > 5)
      for name in asked { #expect(known.contains(name), "\(file): \(name)") }
    }
  }

  @Test("each alert fires when it should and is quiet on a quiet day, says promtool")
  func rules() async throws {
    let result = try await Programs.shell("promtool test rules tools/alert-rules.test.yml", in: Programs.packageRoot)
    #expect(result.status == 0, "\(result.output)\(result.errors)")
  }

  @Test("a metrics file is whole whenever it is read, and whatever was there is replaced")
  func atomic() async throws {
    let file = FilePath(NSTemporaryDirectory()).appending("weir-\(UUID().uuidString).prom")
    defer { try? FileManager.default.removeItem(atPath: file.string) }
    let texts = (0..<8).map { String(repeating: "\($0)", count: 200_000) + "\n" }
    try MetricsFile.write(texts[0], to: file)
    let isTorn = await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        await offThePool {
          for round in 0..<200 { try? MetricsFile.write(texts[round % 8], to: file) }
          return false
        }
      }
      group.addTask {
        await offThePool {
          for _ in 0..<400 {
            guard let data = FileManager.default.contents(atPath: file.string) else { return true }
            guard texts.contains(String(decoding: data, as: UTF8.self)) else { return true }
          }
          return false
        }
      }
      return await group.reduce(false) { $0 || $1 }
    }
    #expect(!isTorn)
    #expect(throws: MetricsFileError.self) { try MetricsFile.write("x", to: "/nowhere/at/all.prom") }
  }
}
