import NIOCore
import NIOPosix

/// Something that happens once, for which a test or its server waits.
struct Gate: Sendable {
  private let promise = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: Void.self)

  func open() { promise.succeed(()) }

  func open(in time: TimeAmount) { promise.futureResult.eventLoop.scheduleTask(in: time) { open() } }

  func whenOpen(_ body: @escaping @Sendable () -> Void) { promise.futureResult.whenComplete { _ in body() } }

  /// Opens the gate when the task is cancelled: a future knows no cancelling.
  ///
  /// - Throws: `CancellationError`.
  func wait() async throws {
    try await withTaskCancellationHandler {
      try await promise.futureResult.get()
    } onCancel: {
      open()
    }
    try Task.checkCancellation()
  }
}
