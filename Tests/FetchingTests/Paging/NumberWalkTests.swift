import PipelineConfig
import TestSupport
import Testing

@testable import Fetching

/// Whole walks by page number against a vendor that is a few lines of arithmetic.
struct NumberWalkTests {
  /// So many records in pages of at most `pageSize`, of which some come after the walk began.
  private struct Vendor {
    var records: Int
    var pageSize: Int
    var saysTotal: Bool

    func page(_ number: Int) -> Range<Int> {
      let first = min(records, (number - 1) * pageSize)
      return first..<min(records, first + pageSize)
    }
  }

  private struct Walk {
    var seen: [Int] = []
    var asked = 0
    var mostAtOnce = 0
  }

  private static func walk(
    _ vendor: inout Vendor,
    width: Int,
    growing: (inout Vendor) -> Void = { _ in }
  ) throws -> Walk {
    let trial = try FetchTrial("http://vendor.example", style: .rest)
    var paginator = Paginator(try FeedQuery(trial.pipeline.feed(named: "cars"), since: nil))
    var walk = Walk()
    var underWay: [(request: PageRequest, records: Range<Int>, total: Int)] = []
    while !paginator.isFinished {
      while underWay.count < width, let request = paginator.nextRequest() {
        walk.asked += 1
        underWay.append((request, vendor.page(request.number), vendor.records))
      }
      walk.mostAtOnce = max(walk.mostAtOnce, underWay.count)
      let (request, records, total) = try #require(underWay.first, "it neither asks nor ends")
      underWay.removeFirst()
      growing(&vendor)
      walk.seen += records
      try paginator.pageRead(
        PageFacts(
          number: request.number,
          records: records.count,
          total: vendor.saysTotal ? total : nil,
          nextLink: nil,
          address: request.address,
          fingerprint: PageFingerprint(Array("\(records)".utf8).span)
        )
      )
    }
    return walk
  }

  @Test(
    "all records come once and in order, whatever the size of pages, with a total and without",
    arguments: 0..<200 as Range<UInt64>
  )
  func still(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var vendor = Vendor(
      records: Int.random(in: 0...300, using: &random),
      pageSize: Int.random(in: 1...30, using: &random),
      saysTotal: Bool.random(using: &random)
    )
    let width = Int.random(in: 1...8, using: &random)
    let walk = try Self.walk(&vendor, width: width)
    let pages = (vendor.records + vendor.pageSize - 1) / vendor.pageSize
    #expect(walk.seen == Array(0..<vendor.records), "\(vendor)")
    #expect(walk.asked <= pages + 1, "at most the empty page behind the end is asked for in vain: \(vendor)")
    #expect(walk.mostAtOnce <= (vendor.saysTotal ? width : 1), "\(vendor)")
  }

  @Test(
    "while the vendor's data grows a walk sees as much as was announced last, or says that it did not",
    arguments: 0..<200 as Range<UInt64>
  )
  func growing(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var vendor = Vendor(
      records: Int.random(in: 1...200, using: &random),
      pageSize: Int.random(in: 1...20, using: &random),
      saysTotal: true
    )
    let announced = vendor.records
    var growths = 30
    do {
      let walk = try Self.walk(&vendor, width: Int.random(in: 1...8, using: &random)) { vendor in
        growths -= 1
        if growths > 0, Bool.random(using: &random) { vendor.records += Int.random(in: 0...9, using: &random) }
      }
      #expect(walk.seen == walk.seen.sorted() && Set(walk.seen).count == walk.seen.count)
      #expect(walk.seen.count >= announced - announced / 50, "\(vendor)")
    } catch let problem as PagingProblem {
      guard case .cutShort(let records, let expected) = problem else {
        Issue.record(problem)
        return
      }
      #expect(records < expected - expected / 50)
    }
  }

  @Test("a vendor that gives its last page for every later number is found out", arguments: [true, false])
  func clamped(saysTotal: Bool) throws {
    let trial = try FetchTrial("http://vendor.example", style: .rest)
    var paginator = Paginator(try FeedQuery(trial.pipeline.feed(named: "cars"), since: nil))
    #expect(throws: PagingProblem.repeatedPage(4, of: 3)) {
      for _ in 1...10 {
        let next = paginator.nextRequest()
        let request = try #require(next)
        try paginator.pageRead(
          PageFacts(
            number: request.number,
            records: 2,
            total: saysTotal ? 100 : nil,
            nextLink: nil,
            address: request.address,
            fingerprint: PageFingerprint(Array("\(min(request.number, 3))".utf8).span)
          )
        )
      }
    }
  }
}
