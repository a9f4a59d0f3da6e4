internal import Glibc

/// A thread of one worker, which may wait in system calls as long as it likes: not one of Swift's own pool.
final class WorkerThread: Sendable {
  private let id: pthread_t

  /// Begins at once.
  init(_ body: @escaping @Sendable () -> Void) {
    var id = pthread_t()
    let box = unsafe Unmanaged.passRetained(Body(run: body)).toOpaque()
    let code = unsafe pthread_create(
      &id,
      nil,
      { box in
        unsafe box.map { unsafe Unmanaged<Body>.fromOpaque($0).takeRetainedValue().run() }
        return nil
      },
      box
    )
    // The bound on jobs is far below what a system refuses.
    precondition(code == 0, "the system gives no thread: error \(code)")
    self.id = id
  }

  /// Waits for its end. Once for every thread.
  func join() { _ = pthread_join(id, nil) }

  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(run: @escaping @Sendable () -> Void) { self.run = run }
  }
}
