import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Spool

struct RejectTests {
  let folder: TemporarySpool
  let name = Samples.name(42)
  var footer: SegmentFooter { TemporarySpool.footer(name: name, feed: "cars", queue: .hashed, fetched: 9) }
  var directory: FilePath { folder.root.appending("cars/rejected") }

  init() throws { folder = try TemporarySpool() }

  private func reject(_ records: [(text: [UInt8], isJSON: Bool)]) throws -> FilePath? {
    var writer = try folder.spool.rejectWriter(feed: "cars", segment: name, stage: .stage)
    for (index, record) in records.enumerated() {
      try writer.append(
        record: record.text.span,
        isJSON: record.isJSON,
        line: index + 1,
        reason: "column \"Price\": not a number",
        field: index == 0 ? "Price" : nil
      )
    }
    #expect(writer.records == records.count)
    return try writer.publish(of: footer)
  }

  @Test("a record that is put aside is kept whole, with reason, segment and line")
  func lines() throws {
    let records: [(text: [UInt8], isJSON: Bool)] = [
      (Array(#"{"id":9007199254740993,"Price":"no \u00e9"}"#.utf8), true), (Array("not \"JSON\"\t🏠".utf8), false),
      ([0xFF, 0x00, 0xFE], false),
    ]
    let path = try #require(try reject(records))
    #expect(path == directory.appending("20261120T234408Z-7k2q-000042.stage.ndjson.lz4"))
    let read = try TemporarySpool.read(path)
    let reason = #""reason":"column \"Price\": not a number""#
    let place = #""segment":"20261120T234408Z-7k2q-000042","line""#
    #expect(
      read.lines == [
        #"{\#(reason),"field":"Price",\#(place):1,"record":{"id":9007199254740993,"Price":"no \u00e9"}}"#,
        #"{\#(reason),"field":null,\#(place):2,"record":"not \"JSON\"\t🏠"}"#,
        #"{\#(reason),"field":null,\#(place):3,"record_base64":"/wD+"}"#,
      ]
    )
    #expect(read.footer.kind == .rejected)
    #expect(read.footer.records == 3)
    #expect(read.footer.stage == .hashed)
    for line in read.lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
  }

  @Test("without a reject nothing is made")
  func none() throws {
    #expect(try reject([]) == nil)
    #expect(try Samples.names(in: directory) == [])
    #expect(try folder.spool.rejected(feed: "cars") == [])
  }

  @Test("a stage that is repeated leaves the rejects of its last time")
  func repeated() throws {
    let record: (text: [UInt8], isJSON: Bool) = (Array("{}".utf8), true)
    let path = try #require(try reject([record]))
    let first = try Samples.read(path)
    #expect(try reject([record]) == path)
    #expect(try Samples.read(path) == first)
    _ = try reject([record, record])
    #expect(try TemporarySpool.read(path).lines.count == 2)
    #expect(try reject([]) == nil)
    #expect(try Samples.names(in: directory) == [])
  }

  @Test("rejects are listed by segment and stage, and damage to them is reported")
  func listed() throws {
    let path = try #require(try reject([(Array("{}".utf8), true)]))
    var writer = try folder.spool.rejectWriter(feed: "cars", segment: Samples.name(7), stage: .hash)
    try writer.append(record: Array("x".utf8).span, isJSON: false, line: 1, reason: "not_json")
    _ = try writer.publish(of: TemporarySpool.footer(name: Samples.name(7)))
    try Samples.write([], to: directory.appending("notes.txt"))
    let listed = try folder.spool.rejected(feed: "cars")
    #expect(listed.map(\.segment) == [Samples.name(7), name])
    #expect(listed.map(\.stage) == [.hash, .stage])
    #expect(listed.last?.path == path)

    var bytes = try Samples.read(path)
    bytes[20] ^= 1
    try Samples.write(bytes, to: path)
    #expect(throws: SpoolError.self) { try TemporarySpool.read(path) }
  }

  @Test("a file of rejects is no segment: under a segment's name it is refused")
  func noSegment() throws {
    let path = try #require(try reject([(Array("{}".utf8), true)]))
    let queue = try folder.spool.queue(.hashed, feed: "cars")
    let smuggled = queue.path(of: name, in: .ready)
    try Samples.write(Samples.read(path), to: smuggled)
    #expect(throws: SpoolError.self) { try TemporarySpool.read(smuggled) }
  }

  @Test("shell tools read rejects")
  func shell() async throws {
    _ = try reject([(Array(#"{"id":1}"#.utf8), true)])
    let run = try await Programs.shell("lz4 -dcq \(directory)/*.lz4 | jq -c .record")
    #expect(run.output == "{\"id\":1}\n")
  }
}
