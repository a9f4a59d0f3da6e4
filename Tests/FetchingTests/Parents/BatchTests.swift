import Foundation
import JSONText
import Spool
import Synchronization
import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import Fetching
@testable import PipelineConfig

/// Children of many parents, over a real socket.
@Suite(.timeLimit(.minutes(5)))
struct BatchTests {
  /// A vendor of children that refuses what it does not like.
  private struct Vendor: Sendable {
    /// Children of a parent, by its number.
    var children: @Sendable (Int) -> Int = { $0 % 4 }
    var pageSize = 1000
    var inMax = Int.max
    var orMax = Int.max
    var targetMax = 8_000
    var refusal = "400 Bad Request"

    func reply(_ head: String) -> WireServer.Reply {
      let line = head.components(separatedBy: "\r\n")[0]
      if line.utf8.count > targetMax { return WireServer.Reply("{}", status: "414 URI Too Long") }
      let request = WireRequest(head)
      let filter = request.parameters["$filter"] ?? ""
      let keys = filter.matches(of: /'((?:[^']|'')*)'/).map { String($0.output.1).replacing("''", with: "'") }
      let isList = filter.contains(" in (")
      if isList ? keys.count > inMax : keys.count > orMax {
        return WireServer.Reply(#"{"error":{"message":"filter is too complex"}}"#, status: refusal)
      }
      let all = keys.flatMap { key in
        let number = Int(key.drop { !$0.isNumber }) ?? 0
        return (0..<children(number)).map {
          #"{"id":\#(number * 10 + $0),"parent":"\#(key)","at":"2026-01-01T00:00:00Z"}"#
        }
      }
      let skip = request.number("$skip") ?? 0
      let page = all.dropFirst(skip).prefix(pageSize)
      let next = skip + pageSize < all.count ? #","@odata.nextLink":"\#(Self.next(line, skip + pageSize))""# : ""
      return WireServer.Reply("{\"value\":[\(page.joined(separator: ","))]\(next)}")
    }

    private static func next(_ line: String, _ skip: Int) -> String {
      let target = String(line.split(separator: " ")[1]).components(separatedBy: "&$skip=")[0]
      return "\(target)&$skip=\(skip)"
    }
  }

  private static func trial(_ url: String, batch: Int = 100, source: String = "") throws -> FetchTrial {
    var trial = try FetchTrial(url, source: source)
    let id = trial.pipeline.feeds[0].keyColumns[0]
    let column = Column(name: "parent", from: JSONPointer(member: "parent"), type: .text, required: false)
    trial.pipeline.feeds[0].columns.append(column)
    trial.pipeline.feeds[0].parent = Feed.Parent(
      feed: "homes",
      field: "parent",
      column: column,
      table: "home",
      keyColumn: id,
      batch: batch
    )
    return trial
  }

  private static func keys(_ trial: FetchTrial, _ keys: [String], end: String = "\n") throws -> FetchOptions {
    let path = trial.folder.file.removingLastComponent().appending("keys.txt")
    try Data((keys.joined(separator: "\n") + end).utf8).write(to: URL(filePath: path.string))
    return FetchOptions(parentKeys: .file(path))
  }

  private static func children(_ trial: FetchTrial) throws -> Set<Int> {
    Set(try trial.ready().lines.compactMap { try JSONValue(parsing: $0)["id"]?.integer })
  }

  private static func expected(_ vendor: Vendor, _ count: Int) -> Set<Int> {
    Set((0..<count).flatMap { number in (0..<vendor.children(number)).map { number * 10 + $0 } })
  }

  @Test("the children of 20,000 parents cost one request for fifty parents, pages inside batches included")
  func many() async throws {
    let vendor = Vendor(pageSize: 1000)
    try await WireServer.serving { _, head in
      vendor.reply(head)
    } _: { server in
      let trial = try Self.trial(server.url)
      let (summary, _) = try await trial.run(Self.keys(trial, (0..<20_000).map { "P\($0)" }))
      #expect(summary.complete && summary.counts["parents"] == 20_000 && summary.watermark == nil)
      #expect(server.requests.count <= 400, "\(server.requests.count)")
      #expect(try Self.children(trial) == Self.expected(vendor, 20_000))
      let end = try #require(try trial.ready().end)
      #expect(end.complete && end.watermark == nil && end.records == summary.counts["records"])
    }
  }

  @Test(
    "how many keys the vendor takes is found out, and remembered",
    arguments: ["400 Bad Request", "501 Not Implemented", "413 Too Large", "414 Too Long"]
  )
  func border(refusal: String) async throws {
    let vendor = Vendor(inMax: 10, refusal: refusal)
    try await WireServer.serving { _, head in
      vendor.reply(head)
    } _: { server in
      let trial = try Self.trial(server.url, source: #""limits": { "concurrency": 1 },"#)
      let options = try Self.keys(trial, (0..<500).map { "P\($0)" })
      _ = try await trial.run(options)
      #expect(try Self.children(trial) == Self.expected(vendor, 500))
      let learned = try LearnedFeed.load(trial.pipeline.feed(named: "cars"), in: trial.spool).batch
      #expect(learned == BatchSize.State(form: .list, taken: 10, refused: 11))
      let before = server.requests.count
      _ = try await trial.run(options)
      #expect(server.requests.count - before == 50, "the second run asks for ten at once from its first request on")
    }
  }

  @Test("a vendor that knows no \"in\" is asked by alternatives, as many as it takes")
  func alternatives() async throws {
    let vendor = Vendor(inMax: 0, orMax: 5, refusal: "501 Not Implemented")
    try await WireServer.serving { _, head in
      vendor.reply(head)
    } _: { server in
      let trial = try Self.trial(server.url, source: #""limits": { "concurrency": 1 },"#)
      _ = try await trial.run(Self.keys(trial, (0..<200).map { "P\($0)" }))
      #expect(try Self.children(trial) == Self.expected(vendor, 200))
      let learned = try LearnedFeed.load(trial.pipeline.feed(named: "cars"), in: trial.spool).batch
      #expect(learned?.form == .alternatives && learned?.taken == 5)
    }
  }

  @Test("pages inside a batch are read to their end, and long keys make shorter batches")
  func pages() async throws {
    let vendor = Vendor(children: { $0 == 3 ? 9 : 2 }, pageSize: 7, targetMax: 6_200)
    let padding = String(repeating: "x'é ", count: 30)
    try await WireServer.serving { _, head in
      vendor.reply(head)
    } _: { server in
      let trial = try Self.trial(server.url)
      let (summary, _) = try await trial.run(Self.keys(trial, (0..<120).map { "\(padding)\($0)" }, end: ""))
      #expect(try Self.children(trial) == Self.expected(vendor, 120))
      #expect(summary.counts["parents"] == 120)
      #expect(!server.requests.contains { $0.components(separatedBy: "\r\n")[0].utf8.count > 6_200 })
    }
  }

  @Test("a real refusal is an error and no search for a smaller batch without end")
  func refused() async throws {
    try await WireServer.serving { _, _ in
      WireServer.Reply(#"{"error":{"message":"no such field"}}"#, status: "400 Bad Request")
    } _: { server in
      let trial = try Self.trial(server.url, source: #""limits": { "concurrency": 1 },"#)
      let error = try #require(try await trial.failure(Self.keys(trial, (0..<100).map { "P\($0)" })))
      #expect(error.exitStatus == .config && error.message.contains("no such field"), "\(error)")
      #expect(server.requests.count < 20)
    }
  }

  @Test("keys that are none, and feeds without parents, are said before anything is asked")
  func wrong() async throws {
    try await WireServer.serving { _, _ in
      WireServer.Reply("{}")
    } _: { server in
      let trial = try Self.trial(server.url)
      for (keys, status) in [
        (["a", String(repeating: "k", count: 2000)], Telemetry.ExitStatus.dataError), (["a\u{1}b"], .dataError),
      ] {
        let error = try #require(try await trial.failure(Self.keys(trial, keys)))
        #expect(error.exitStatus == status && error.message.contains("parent key \(keys.count)"), "\(error)")
      }
      let missing = try #require(try await trial.failure(FetchOptions(parentKeys: .file("/nowhere/keys"))))
      #expect(missing.exitStatus == .noInput, "\(missing)")
      let error = try #require(try await FetchTrial(server.url).failure(FetchOptions(parentKeys: .file("/dev/null"))))
      #expect(error.exitStatus == .config && error.message.contains("has no parent"), "\(error)")
    }
  }

  @Test("while the next keys are waited for, a segment that is due is published, and a run that is stopped ends")
  func slowKeys() async throws {
    let (vendor, published) = (Vendor(children: { _ in 2 }), Gate())
    try await WireServer.serving { _, head in
      vendor.reply(head)
    } _: { server in
      var trial = try Self.trial(server.url, batch: 2)
      trial.pipeline.spool.segment.time = .milliseconds(100)
      let folder = trial.folder.file.removingLastComponent()
      let made = try await Programs.shell("mkfifo keys", in: folder)
      try #require(made.status == 0)
      // Open for both sides: whoever writes the keys is there, and says nothing more.
      let pipe = try FileDescriptor.open(folder.appending("keys"), .readWrite)
      defer { try? pipe.close() }
      try pipe.writeAll("P1\nP2\n".utf8)
      let job = Task { [trial] in
        try await trial.run(FetchOptions(parentKeys: .file(folder.appending("keys")))) { _ in published.open() }
      }
      defer { job.cancel() }
      try await published.wait()
      job.cancel()
      await #expect(throws: CancellationError.self) { try await job.value }
      #expect(try Self.children(trial) == [10, 11, 20, 21])
    }
  }

  @Test("no keys are no requests, and a run that is over")
  func none() async throws {
    try await WireServer.serving { _, _ in
      WireServer.Reply("{}")
    } _: { server in
      let trial = try Self.trial(server.url)
      let (summary, _) = try await trial.run(FetchOptions(parentKeys: .file("/dev/null")))
      #expect(summary.complete && summary.counts["records"] == 0 && server.requests.isEmpty)
      #expect(try trial.ready().end?.complete == true)
    }
  }
}
