import Spool
import Telemetry
import Testing

@testable import Control

/// Decisions of the conductor that need no process: order, leftovers, whose failure it is.
struct PlanTests {
  static let family: [(name: String, parent: String?)] = [
    ("idx", nil), ("vow", nil), ("media", "vow"), ("tags", "media"), ("rooms", "vow"), ("cars", nil),
  ]

  @Test("phases are generations: parents, children, grandchildren, each in the order of the file")
  func phases() {
    let plan = RunPlan(feeds: Self.family)
    #expect(
      plan.phases == [
        .init(feeds: ["idx", "vow", "cars"], name: "parents"), .init(feeds: ["media", "rooms"], name: "children"),
        .init(feeds: ["tags"], name: "grandchildren"),
      ]
    )
    #expect(plan.parent(of: "tags") == "media" && plan.parent(of: "idx") == nil)
  }

  @Test("a child asked for without its parent waits for nobody")
  func childAlone() {
    let plan = RunPlan(feeds: [("media", "vow"), ("cars", nil)])
    #expect(plan.phases == [.init(feeds: ["media", "cars"], name: "parents")])
    #expect(plan.parent(of: "media") == nil)
  }

  @Test(
    "leftovers are worked off from the first queue that has any, on to the database",
    arguments: [
      ([:], []), ([.fetched: 2], [.hash, .stage, .merge]), ([.hashed: 1, .staged: 4], [.stage, .merge]),
      ([.staged: 1], [.merge]),
    ] as [([QueueName: Int], [StageName])]
  )
  func leftovers(depths: [QueueName: Int], stages: [StageName]) {
    let leftovers = Leftovers(depths: depths)
    #expect(leftovers.stages == stages)
    #expect(leftovers.count == depths.values.reduce(0, +))
  }

  @Test(
    "the failure that counts is the first in pipe order, unless that program only lost its reader",
    arguments: [
      ([0, 0, 0, 0], nil), ([75, 0, 0, 0], .fetch), ([69, 65, 0, 0], .hash), ([69, 69, 69, 75], .merge),
      ([77, 0, 0, 78], .fetch), ([69, 0, 0, 0], .fetch), ([0, 65, 65, 75], .hash), ([-13, -13, -6, 0], .stage),
    ] as [([Int32], StageName?)]
  )
  func culprit(statuses: [Int32], expected: StageName?) {
    let exits = zip(StageName.allCases, statuses).map { StageExit($0, $1 < 0 ? .signalled(-$1) : .exited($1)) }
    #expect(StageExit.culprit(of: exits)?.stage == expected)
  }

  @Test(
    "an ending without words still says what happened and what to do",
    arguments: [
      (StageExit.Ending.signalled(9), Telemetry.ExitStatus.temporaryFailure), (.signalled(6), .software),
      (.exited(3), .software), (.exited(75), .temporaryFailure), (.notStarted("no memory"), .unavailable),
      (.notSeen("no descriptor"), .temporaryFailure),
    ]
  )
  func wordless(ending: StageExit.Ending, status: Telemetry.ExitStatus) {
    let reason = StageExit(.merge, ending).reason(said: nil)
    #expect(reason.exitStatus == status && reason.program == "weir-merge" && !reason.message.isEmpty)
  }

  @Test("lines are cut at newline bytes only, whatever the pieces they come in", arguments: [1, 2, 3, 7, 1000])
  func splitting(pieceBytes: Int) {
    let lines = ["one", "", "two\u{2028}still two\u{85}\r", "é🏠", "last"]
    let bytes = Array(lines.joined(separator: "\n").utf8)
    var splitter = LineSplitter()
    var result: [String] = []
    for start in stride(from: 0, to: bytes.count, by: pieceBytes) {
      result += splitter.append(bytes[start..<min(start + pieceBytes, bytes.count)])
    }
    if let rest = splitter.finish() { result.append(rest) }
    #expect(result == lines)
    #expect(splitter.finish() == nil)
  }

  @Test("a line without end is cut, not gathered")
  func endless() {
    var splitter = LineSplitter()
    #expect(splitter.append(repeatElement(UInt8(ascii: "x"), count: 1 << 20)) == [])
    #expect(splitter.finish()?.utf8.count == LineSplitter.lineBytesMax)
  }
}
