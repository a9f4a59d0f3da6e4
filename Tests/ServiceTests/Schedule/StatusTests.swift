import Foundation
import PipelineConfig
import SystemPackage
import Testing

@testable import Service

/// What a pipeline's status remembers of its runs.
struct StatusTests {
  private static func pipeline() throws -> Pipeline {
    let feed = #"""
      { "source": "s", "path": "p", "pagination": { "kind": "odata", "page_size": 1 }, "key": ["id"], "table": "t",
        "columns": { "id": "bigint" } }
      """#
    let text = #"{ "sources": { "s": { "base_url": "http://h" } }, "feeds": { "a": \#(feed), "b": \#(feed) } }"#
    return try Pipeline(json: Array(text.utf8), directory: "/tmp", environment: [:])
  }

  private static func run(_ feeds: [String], _ status: ServiceRun.Status, exitStatus: Int = 0) -> ServiceRun {
    ServiceRun(
      id: ServiceRun.newID(),
      trigger: .manual,
      feeds: feeds,
      status: status,
      startedAt: .now,
      exitStatus: exitStatus
    )
  }

  @Test("a run of some feeds is the last run, and neither the schedule's last nor a success of the whole")
  func some() throws {
    let (pipeline, live) = (try Self.pipeline(), LiveStatus())
    let (whole, some) = (Self.run(["a", "b"], .succeeded), Self.run(["a"], .succeeded))
    #expect(whole.covers(pipeline) && !some.covers(pipeline))
    for run in [whole, some] { live.end(run, isWhole: run.covers(pipeline)) }
    #expect(live.now.lastRun == some && live.now.lastTurn == whole && live.now.lastSuccess == whole)
  }

  @Test(
    "what a run was to bring is there when it succeeded, and when it only missed a target",
    arguments: [
      (.succeeded, 0, true), (.failed, 79, true), (.failed, 75, false), (.interrupted, 75, false),
      (.stopped, 75, false),
    ] as [(ServiceRun.Status, Int, Bool)]
  )
  func current(status: ServiceRun.Status, exitStatus: Int, expected: Bool) {
    let (live, run) = (LiveStatus(), Self.run(["a"], status, exitStatus: exitStatus))
    live.end(run, isWhole: true)
    #expect((live.now.lastSuccess == run) == expected && live.now.lastTurn == run)
  }
}
