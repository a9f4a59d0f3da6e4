import Foundation
import SystemPackage
import Testing

@testable import Spool

struct NameTests {
  @Test("a run's name is the time of its beginning, to the microsecond")
  func runTime() {
    #expect(
      RunID(seconds: 1_795_218_248, microseconds: 0).description
        == "20261120T230408Z-0000".replacing("2304", with: "2344")
    )
    #expect(RunID(seconds: 0, microseconds: 999_999).description == "19700101T000000Z-lflr")
    let (first, second) = (RunID(seconds: 5, microseconds: 35), RunID(seconds: 5, microseconds: 36))
    #expect(first < second)
    #expect(RunID(seconds: 4, microseconds: 999_999) < first)
  }

  @Test("runs that begin one after another have names that sort so")
  func runOrder() {
    let runs = (0..<200).map { _ in
      usleep(2)
      return RunID.make()
    }
    #expect(runs == runs.sorted())
    #expect(Set(runs).count == runs.count)
    #expect(runs.allSatisfy { RunID($0.description) == $0 })
  }

  @Test(
    "what is no run's name is refused",
    arguments: [
      "", "20261120T234408Z", "20261120T234408Z-7k2", "20261120T234408Z-7k2qq", "20261120T234408Z-7K2q",
      "20261120t234408Z-7k2q", "2026112XT234408Z-7k2q", "20261120T234408Z_7k2q", "../../../../etc/passwd",
      "20261120T234408Z-7k٢", "20261120T234408Z-7/2q",
    ]
  )
  func badRun(text: String) { #expect(RunID(text) == nil) }

  @Test("a segment's name is its file's name and back", arguments: [0, 1, 42, 999_999])
  func segment(sequence: Int) {
    let name = Samples.name(sequence)
    #expect(SegmentName(fileName: name.fileName) == name)
    #expect(SegmentName(name.description) == name)
    #expect(name.fileName.utf8.count == 28 + ".ndjson.lz4".utf8.count)
  }

  @Test("the name in the documentation is a segment's")
  func documented() throws {
    let name = try #require(SegmentName(fileName: "20261120T234408Z-7k2q-000042.ndjson.lz4"))
    #expect(name == Samples.name(42))
    #expect(name.description == "20261120T234408Z-7k2q-000042")
  }

  @Test(
    "what is no segment's name is refused",
    arguments: [
      "", ".ndjson.lz4", "20261120T234408Z-7k2q-000042", "20261120T234408Z-7k2q-000042.ndjson",
      "20261120T234408Z-7k2q-42.ndjson.lz4", "20261120T234408Z-7k2q-0000042.ndjson.lz4",
      "20261120T234408Z-7k2q-+00042.ndjson.lz4", "20261120T234408Z-7k2q-00004x.ndjson.lz4",
      ".20261120T234408Z-7k2q-000042.ndjson.lz4", "20261120T234408Z-7k2q-000042.hash.ndjson.lz4",
      "20261120T234408Z-7k2q-000042.ndjson.lz4.error",
    ]
  )
  func badSegment(fileName: String) { #expect(SegmentName(fileName: fileName) == nil) }

  @Test("segments sort in the order of writing, by name as by file name")
  func order() {
    let later = Samples.run("20261121T000000Z-0000")
    let names = [Samples.name(2), SegmentName(run: later, sequence: 0), Samples.name(10), Samples.name(1)]
    let expected = [Samples.name(1), Samples.name(2), Samples.name(10), SegmentName(run: later, sequence: 0)]
    #expect(names.sorted() == expected)
    #expect(names.map(\.fileName).sorted() == expected.map(\.fileName))
  }

  @Test(
    "the last four parts of a path are the place of a segment, or it is none",
    arguments: [
      ("spool/cars/hashed/ready/20261120T234408Z-7k2q-000042.ndjson.lz4", true),
      ("cars/hashed/ready/20261120T234408Z-7k2q-000042.ndjson.lz4", true),
      ("/a/b/./cars//hashed/ready/20261120T234408Z-7k2q-000042.ndjson.lz4", true),
      ("hashed/ready/20261120T234408Z-7k2q-000042.ndjson.lz4", false),
      ("Cars/hashed/ready/20261120T234408Z-7k2q-000042.ndjson.lz4", false),
      ("cars/merged/ready/20261120T234408Z-7k2q-000042.ndjson.lz4", false),
      ("cars/hashed/gone/20261120T234408Z-7k2q-000042.ndjson.lz4", false),
      ("cars/hashed/ready/20261120T234408Z-7k2q-000042.lz4", false),
      ("cars/hashed/ready/..", false), ("", false), ("/", false),
    ]
  )
  func location(path: String, isSegment: Bool) {
    let location = SegmentLocation(path: FilePath(path))
    let expected = SegmentLocation(feed: "cars", queue: .hashed, state: .ready, name: Samples.name(42))
    #expect(location == (isSegment ? expected : nil))
  }

  @Test(
    "feeds are named so that nothing leaves the spool",
    arguments: [
      ("a", true), ("media", true), ("0-b_c", true), (String(repeating: "a", count: 48), true), ("", false),
      (String(repeating: "a", count: 49), false), (".", false), ("..", false), ("-a", false), ("_a", false),
      ("Media", false), ("a/b", false), ("a b", false), ("a\0", false), ("é", false), ("a.b", false),
    ]
  )
  func feed(name: String, isValid: Bool) { #expect(FeedName.isValid(name) == isValid) }

  @Test(
    "files of state are named so that nothing leaves their directory",
    arguments: [
      ("watermark.json", true), ("fetch.lock", true), ("a", true), (".a", false), ("a.", false), ("a..b", false),
      ("..", false), ("", false), ("a/b", false),
    ]
  )
  func state(name: String, isValid: Bool) { #expect(StateName.isValid(name) == isValid) }
}
