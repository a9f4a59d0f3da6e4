internal import Dispatch

/// Runs a call that blocks on a thread that may wait.
///
/// libpq waits in its calls; a thread of Swift's own pool, of which there are as many as cores, must not.
func offThePool<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    DispatchQueue.global().async { continuation.resume(with: Result(catching: body)) }
  }
}
