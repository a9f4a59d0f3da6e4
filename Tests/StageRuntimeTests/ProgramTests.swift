import Spool
import SystemPackage
import Telemetry
import TestSupport
import Testing

/// Real programs that are stopped, killed or left by their reader: what was done is whole, and the rest is still there.
@Suite(.timeLimit(.minutes(5)))
struct ProgramTests {
  /// A pipeline of cars, and fetched segments of one record each in its spool.
  private static func pipeline(segments count: Int, source: String = "http://shop.example") throws -> TestPipeline {
    let pipeline = try TestPipeline(
      sources: #"{ "shop": { "base_url": "\#(source)/rest", "auth": { "bearer": "${WEIR_VENDOR_TOKEN:-none}" } } }"#,
      feeds: """
        { "cars": { "source": "shop", "path": "cars", "pagination": { "kind": "page_number", "page_size": 50 },
                    "key": ["id"], "table": "car", "columns": { "id": "bigint" } } }
        """,
      segmentRecords: 50
    )
    let queue = try Spool(root: pipeline.spool).queue(.fetched, feed: "cars")
    let run = try #require(RunID("20261120T234408Z-7k2q"))
    for sequence in 0..<count {
      let name = SegmentName(run: run, sequence: sequence)
      var writer = try SegmentWriter(queue: queue, name: name)
      try writer.append(line: Array("{\"id\":\(sequence)}".utf8).span)
      _ = try writer.publish(footer: TemporarySpool.footer(name: name, fetched: 1))
    }
    return pipeline
  }

  private static func shell(
    _ line: String,
    in pipeline: TestPipeline,
    vendor: PractiseVendor? = nil
  ) async throws -> ProgramResult {
    let environment = ["DATABASE_URL": "host=/nowhere", "WEIR_VENDOR_TOKEN": vendor?.token ?? "none"]
    return try await Programs.shell(line, environment: environment, in: pipeline.directory)
  }

  /// The ids of every record in a state of a queue.
  private static func ids(_ queue: QueueName, _ states: [SegmentState], in pipeline: TestPipeline) throws -> [Int] {
    let queue = try Spool(root: pipeline.spool).queue(queue, feed: "cars")
    return try states.flatMap { state in
      try queue.segments(in: state).flatMap { name in
        try TemporarySpool.read(queue.path(of: name, in: state)).lines.compactMap { line in
          line.firstMatch(of: /"id":([0-9]+)/).flatMap { Int($0.1) }
        }
      }
    }.sorted()
  }

  @Test(
    "a stage that is ended in the middle of its queue has lost nothing: the next one does the rest, each record once",
    arguments: [
      ("TERM", 3, 0), ("INT", 25, 0), ("TERM", 1, 0), ("KILL", 4, 137), ("KILL", 20, 137),
    ]
  )
  func ended(signal: String, lines: Int, status: Int32) async throws {
    let pipeline = try Self.pipeline(segments: 40)
    // The signal is sent when so many paths have been printed: an event, whatever the machine's speed.
    let result = try await Self.shell(
      """
      coproc STAGE { exec weir-hash --feed cars --follow 2> errors; }
      stage=$STAGE_PID
      for _ in $(seq \(lines)); do read -r -u ${STAGE[0]} path || exit 99; done
      kill -\(signal) $stage; wait $stage; exit $?
      """,
      in: pipeline
    )
    #expect(result.status == status, "\(result)")
    #expect(try Self.ids(.hashed, [.ready], in: pipeline).count >= lines)
    #expect(try Self.ids(.fetched, [.ready, .done], in: pipeline) == Array(0..<40))

    let rest = try await Self.shell("weir-hash --feed cars", in: pipeline)
    #expect(rest.status == 0, "\(rest.errors)")
    #expect(try Self.ids(.hashed, [.ready], in: pipeline) == Array(0..<40))
    #expect(try Self.ids(.fetched, [.done], in: pipeline) == Array(0..<40))
  }

  @Test("a stage that waits for its list ends on a signal and says to come again", arguments: ["TERM", "INT"])
  func waiting(signal: String) async throws {
    let pipeline = try Self.pipeline(segments: 5)
    // The list stays open: nothing but the signal ends it.
    let result = try await Self.shell(
      """
      coproc STAGE { exec weir-hash - 2> errors; }
      stage=$STAGE_PID
      for file in $(ls spool/cars/fetched/ready/*.lz4 | head -n 2); do
        echo $file >&${STAGE[1]}; read -r -u ${STAGE[0]} path || exit 99
      done
      kill -\(signal) $stage; wait $stage; status=$?; cat errors >&2; exit $status
      """,
      in: pipeline
    )
    #expect(result.status == 75, "\(result)")
    #expect(result.errors.contains("weir-hash: error: stopped on request; next: run it again"), "\(result.errors)")
    #expect(try Self.ids(.hashed, [.ready], in: pipeline) == [0, 1])
    #expect(try Self.ids(.fetched, [.ready], in: pipeline) == [2, 3, 4])
  }

  /// Starts a program whose reader has gone before it prints, and ends with the program's own status.
  private static func withoutReader(_ program: String) -> String {
    """
    mkfifo gone
    { read < gone; \(program); echo $? > status; } | { exec <&-; echo > gone; }
    cat status
    """
  }

  @Test("a stage whose reader has gone ends with 69 after one segment, which counts; the others stay ready")
  func closedPipe() async throws {
    let pipeline = try Self.pipeline(segments: 4)
    let result = try await Self.shell(Self.withoutReader("weir-hash --feed cars"), in: pipeline)
    #expect(result.lines == ["69"], "\(result)")
    #expect(result.errors.contains("standard output: the program that read it has ended; next: "), "\(result.errors)")
    #expect(try Self.ids(.hashed, [.ready], in: pipeline) == [0])
    #expect(try Self.ids(.fetched, [.done], in: pipeline) == [0])
    #expect(try Self.ids(.fetched, [.ready], in: pipeline) == [1, 2, 3])
  }

  @Test(
    "a stage that waits ends with 69 when its reader goes, though its own input is silent",
    arguments: ["-", "--follow"]
  )
  func silentInput(arguments: String) async throws {
    let pipeline = try Self.pipeline(segments: 0)
    // The list is open for reading and writing here, so nobody comes to its end.
    let line = "mkfifo list; exec 3<>list; timeout 60 weir-hash \(arguments) <&3 | true; echo ${PIPESTATUS[0]}"
    let result = try await Self.shell(line, in: pipeline)
    #expect(result.lines == ["69"], "\(result)")
    #expect(result.errors.contains("standard output: the program that read it has ended; next: "), "\(result.errors)")
  }

  @Test("a fetch whose reader has gone stops asking the vendor, ends with 69, and keeps what it has published")
  func fetchWithoutReader() async throws {
    try await PractiseVendor.serving(["--cars", "2000", "--seed", "5"]) { vendor in
      let pipeline = try Self.pipeline(segments: 0, source: vendor.url)
      let result = try await Self.shell(Self.withoutReader("weir-fetch cars"), in: pipeline, vendor: vendor)
      #expect(result.lines == ["69"], "\(result)")
      #expect(result.errors.contains("the program that read it has ended"), "\(result.errors)")
      let kept = try Self.ids(.fetched, [.ready], in: pipeline).count
      #expect(kept < 2000 && kept.isMultiple(of: 50), "\(kept) records are in whole segments")
    }
  }

  @Test("in json a stage says one event a line, from its start to its end, and a failure carries the status")
  func events() async throws {
    let pipeline = try Self.pipeline(segments: 2)
    let good = try await Self.shell("weir-hash --log-format json --feed cars", in: pipeline)
    let kinds = try good.errors.split(separator: "\n").map { try #require(StageEvent(line: $0), "\($0)").event }
    #expect(good.status == 0 && kinds.first == .started && kinds.last == .finished, "\(good.errors)")
    let bad = try await Self.shell("weir-hash --log-format json --feed cras", in: pipeline)
    let failure = try bad.errors.split(separator: "\n").map { try #require(StageEvent(line: $0), "\($0)") }.last
    #expect(bad.status == 64 && failure?.event == .failed && failure?.exitStatus == 64, "\(bad.errors)")
    #expect(failure?.next == "did you mean \"cars\"? the feeds are cars")
  }
}
