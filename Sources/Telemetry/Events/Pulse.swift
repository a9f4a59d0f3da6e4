internal import Dispatch
internal import Synchronization

/// Has a program that may wait for long say that it lives, for as long as this value does.
///
/// A thread of Dispatch's own says it, so that a worker that is busy, or waits in a call, cannot hold it up.
public final class Pulse: Sendable {
  private let timer: Mutex<any DispatchSourceTimer>

  public init(of reporter: Reporter) {
    let timer = DispatchSource.makeTimerSource(queue: .global(qos: .utility))
    let interval = DispatchTimeInterval.milliseconds(Int(Reporter.pulseInterval / .milliseconds(1)))
    timer.schedule(deadline: .now() + interval, repeating: interval, leeway: .milliseconds(50))
    timer.setEventHandler { [weak reporter] in reporter?.pulse() }
    timer.resume()
    self.timer = Mutex(timer)
  }

  deinit { timer.withLock { $0.cancel() } }
}
