internal import Dispatch
internal import Synchronization

/// Work over very many things on all cores, the results in the order of the things.
enum SideBySide {
  /// Things whose results are in memory at the same time.
  private static let blockCount = 16_384
  /// Things that one core does in a row: enough that handing them out costs nothing.
  private static let partCount = 512

  static func blocks<Element>(of elements: [Element]) -> [ArraySlice<Element>] {
    stride(from: 0, to: elements.count, by: blockCount).map { elements[$0..<min($0 + blockCount, elements.count)] }
  }

  // `body` makes the results of a part, on any thread.
  static func map<Element: Sendable, Result: Sendable>(
    _ elements: ArraySlice<Element>,
    _ body: @Sendable (ArraySlice<Element>) -> [Result]
  ) -> [Result] {
    let starts = Array(stride(from: elements.startIndex, to: elements.endIndex, by: partCount))
    let results = Mutex([[Result]](repeating: [], count: starts.count))
    DispatchQueue.concurrentPerform(iterations: starts.count) { index in
      let part = body(elements[starts[index]..<min(starts[index] + partCount, elements.endIndex)])
      results.withLock { $0[index] = part }
    }
    return results.withLock { $0.flatMap { $0 } }
  }
}
