internal import Dispatch

/// Runs a call that blocks on a thread that may wait.
///
/// libpq waits in its calls; a thread of Swift's own pool, of which there are as many as cores, must not.
///
/// - Parameter body: The call.
/// - Returns: What it returned.
/// - Throws: What it threw.
public func offThePool<Value: Sendable, Failure: Error>(
  _ body: @escaping @Sendable () throws(Failure) -> Value
) async throws(Failure) -> Value {
  let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
    DispatchQueue.global().async { continuation.resume(returning: Result(catching: body)) }
  }
  return try result.get()
}
