internal import Dispatch

/// A thread of its own for work that blocks: fsync waits for the disk, and must not hold one of the few threads on
/// which everything that waits for the network goes on.
final class BlockingExecutor: SerialExecutor {
  private let queue = DispatchQueue(label: "weir.fetch.segments")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }
}
