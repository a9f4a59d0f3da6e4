internal import Subprocess
internal import SystemPackage

/// A running `weir-vendor` on a loopback port of its own, for as long as a test needs it.
public struct PractiseVendor: Sendable {
  /// Where it listens: `http://127.0.0.1:40123`.
  public let url: String
  /// The bearer token that it wants; made for this vendor alone.
  public let token: String

  /// Starts a vendor, waits until it listens, hands it to `body`, and ends it whatever `body` does.
  ///
  /// - Parameters:
  ///   - arguments: What follows `weir-vendor serve --port 0 --token …`.
  ///   - body: What to do while it serves.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws, or ``VendorNeverListened`` with the vendor's own words.
  public static func serving<Result: Sendable>(
    _ arguments: [String],
    _ body: @Sendable (PractiseVendor) async throws -> Result
  ) async throws -> Result {
    let token = "token-\(UInt64.random(in: .min ... .max))"
    let run = try await Subprocess.run(
      .path(Programs.directory.appending("weir-vendor")),
      arguments: Arguments(["serve", "--port", "0", "--token", token] + arguments),
      input: .none,
      output: .sequence,
      error: .string(limit: Programs.outputBytesMax)
    ) { execution in
      let output = execution.standardOutput
      let url: String? = try await withThrowingTaskGroup(of: String?.self) { group in
        group.addTask { try await Self.address(in: output) }
        group.addTask {
          try await Task.sleep(for: Self.startMost)
          return nil
        }
        let first = try await group.next() ?? nil
        // Its end is also that of whoever still reads what it says.
        if first == nil { await execution.teardown(using: [Self.end]) }
        group.cancelAll()
        return first
      }
      guard let url else { return Optional<Swift.Result<Result, any Error>>.none }
      let outcome: Swift.Result<Result, any Error>
      do { outcome = .success(try await body(PractiseVendor(url: url, token: token))) } catch {
        outcome = .failure(error)
      }
      await execution.teardown(using: [Self.end])
      return outcome
    }
    guard let outcome = run.closureResult else { throw VendorNeverListened(words: run.standardError) }
    return try outcome.get()
  }

  /// Longest time until it listens: it makes or reads its records before.
  private static let startMost = Duration.seconds(120)

  /// It is asked to end, and killed when it does not.
  private static var end: TeardownStep { .gracefulShutDown(allowedDurationToNextStep: .seconds(10)) }

  /// Where the vendor says that it listens; nil when it ends before it does.
  private static func address(in output: SubprocessOutputSequence) async throws -> String? {
    for try await line in output.strings() {
      guard let address = line.split(separator: " ").first(where: { $0.hasPrefix("http://") }) else { continue }
      return String(address.trimmingSuffix { $0.isNewline })
    }
    return nil
  }

  /// Moves the vendor to its next snapshot and returns what it says of that, one JSON object.
  public func advance() async throws -> String {
    let result = try await Programs.run("weir-vendor", ["advance", "--url", url, "--token", token])
    guard result.status == 0 else { throw VendorNeverListened(words: result.errors) }
    return result.output
  }
}

/// The vendor ended, or refused, before the test could use it.
public struct VendorNeverListened: Error, CustomStringConvertible {
  var words: String
  public var description: String { "weir-vendor: \(words)" }
}

extension StringProtocol {
  func trimmingSuffix(while matches: (Character) -> Bool) -> Substring {
    var end = endIndex
    while end > startIndex, matches(self[index(before: end)]) { end = index(before: end) }
    return Substring(self[startIndex..<end])
  }
}
