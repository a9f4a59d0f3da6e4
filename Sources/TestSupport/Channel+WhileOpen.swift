public import NIOCore

extension Channel {
  /// Runs `body` and closes the channel behind it, also when it throws.
  ///
  /// - Returns: What the body returns.
  /// - Throws: What the body throws.
  public func whileOpen<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
    do {
      let result = try await body()
      try await close()
      return result
    } catch {
      try? await close()
      throw error
    }
  }
}
