internal import Dispatch

/// A thread of its own for work that blocks: fsync waits for the disk, and must not hold one of the few threads on
/// which everything else goes on.
///
/// Also takes the tasks that hand it their work: a page that went from the network's thread to one of the pool, to this one
/// and back again, and once more to be written, changed threads more often than it was looked at.
final class BlockingExecutor: SerialExecutor, TaskExecutor {
  private let queue = DispatchQueue(label: "weir.fetch.segments")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async {
      unsafe job.runSynchronously(
        isolatedTo: self.asUnownedSerialExecutor(),
        taskExecutor: self.asUnownedTaskExecutor()
      )
    }
  }
}
