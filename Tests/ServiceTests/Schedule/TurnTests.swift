import Synchronization
import Testing

@testable import Service

/// Who waits, and who is let in.
@Suite(.timeLimit(.minutes(2)))
struct TurnTests {
  @Test("a bell that was rung before wakes at once, and one that is rung wakes who waits")
  func bell() async {
    let bell = Bell()
    bell.ring()
    await bell.wait(atMost: .seconds(600))
    async let waiting: Void = bell.wait(atMost: .seconds(600))
    bell.ring()
    bell.ring()
    await waiting
    await bell.wait(atMost: .milliseconds(1))
  }

  @Test("no more run at once than there are places, and who asked first is let in first", arguments: [1, 2, 5])
  func slots(count: Int) async {
    let slots = RunSlots(count: count)
    let seen = Seen()
    await withTaskGroup(of: Void.self) { group in
      for index in 0..<40 {
        group.addTask {
          #expect(await slots.enter())
          seen.enter(index)
          await Task.yield()
          seen.leave()
          slots.leave()
        }
      }
    }
    #expect(seen.most <= count && Set(seen.order).count == 40)
  }

  /// Who was inside, and how many at the same time.
  private final class Seen: Sendable {
    private struct State {
      var inside = 0
      var most = 0
      var order: [Int] = []
    }

    private let state = Mutex(State())

    var most: Int { state.withLock(\.most) }
    var order: [Int] { state.withLock(\.order) }

    func enter(_ index: Int) {
      state.withLock { state in
        state.inside += 1
        state.most = max(state.most, state.inside)
        state.order.append(index)
      }
    }

    func leave() { state.withLock { $0.inside -= 1 } }
  }

  @Test("when it closes, those who wait are sent away, and so is everyone after")
  func closed() async {
    let slots = RunSlots(count: 1)
    #expect(await slots.enter())
    async let second = slots.enter()
    await Task.yield()
    slots.close()
    #expect(await second == false)
    #expect(await slots.enter() == false)
  }
}
