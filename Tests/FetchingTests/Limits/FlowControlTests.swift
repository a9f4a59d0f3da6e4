import Testing

@testable import Fetching

/// How much is asked at once.
struct FlowControlTests {
  @Test("down at once, up slowly, and never beyond the bounds")
  func concurrency() {
    let flow = FlowControl(concurrency: 8, pageSizeMax: 1000)
    #expect(flow.concurrency == 8 && flow.pageSize == 1000)
    let began = ContinuousClock.now
    flow.failed(RequestFailure(.throttled, "429"))
    #expect(flow.concurrency == 4 && flow.pageSize == 1000)
    // Requests that failed with it are the same sign.
    flow.failed(RequestFailure(.server, "503"), began: began)
    #expect(flow.concurrency == 4 && flow.pageSize == 1000)
    for expected in [5, 6, 7, 8, 8] {
      for _ in 0..<FlowControl.successesToRaise { flow.succeeded() }
      #expect(flow.concurrency == expected)
    }
  }

  @Test(
    "what the vendor refuses says nothing of how much it can take",
    arguments: [FailureKind.client, .auth, .content, .refused]
  )
  func refusals(kind: FailureKind) {
    let flow = FlowControl(concurrency: 8, pageSizeMax: 1000)
    flow.failed(RequestFailure(kind, "no"))
    #expect(flow.concurrency == 8 && flow.pageSize == 1000)
  }

  @Test("a page that is too large becomes smaller, down to a twentieth, and grows again")
  func pageSize() {
    let flow = FlowControl(concurrency: 1, pageSizeMax: 1000)
    var refused = RequestFailure(.client, "too large")
    refused.isTooLarge = true
    for expected in [500, 250, 125, 62, 50, 50] {
      flow.failed(refused)
      #expect(flow.pageSize == expected)
    }
    for expected in [62, 77, 96, 120] {
      for _ in 0..<FlowControl.pagesToGrow { flow.succeeded() }
      #expect(flow.pageSize == expected)
    }
    for _ in 0..<1000 { flow.succeeded() }
    #expect(flow.pageSize == 1000)
  }

  @Test(
    "what was learned is where the next run begins, inside the bounds",
    arguments: [(200, 200), (1, 50), (5000, 1000)]
  )
  func learned(size: Int, expected: Int) {
    #expect(FlowControl(concurrency: 1, pageSizeMax: 1000, pageSize: size).pageSize == expected)
  }
}
