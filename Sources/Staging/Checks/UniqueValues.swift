internal import JSONText
internal import PipelineConfig
internal import Spool
internal import Telemetry

/// Looks through the staged segments of a run for values of a column that more than one key has.
///
/// What is remembered are two hashes a row, those of one window of values at a time: a pass over the segments for each
/// million rows, so that the memory stays the same.
struct UniqueValues {
  enum Answer {
    /// How many values have several keys.
    case values(Int)
    /// More rows than this is asked of.
    case tooMany
    /// A segment of the run is not in the spool any more.
    case gone
  }

  /// Four passes at most: a check is not to take longer than the run.
  static let rowsMax = 4 << 20
  private static let windowRows = 1 << 20

  let queue: SpoolQueue
  let run: RunID
  let sequences: SequenceSet
  let rows: Int
  let keys: [JSONName]

  /// - Throws: ``SpoolError``.
  func repeated(_ column: String) throws -> Answer {
    if rows > Self.rowsMax { return .tooMany }
    let windows = UInt64(max(1, (rows + Self.windowRows - 1) / Self.windowRows))
    var finder = MemberFinder([JSONName(column)] + keys)
    var parser = JSONParser()
    var repeated = 0
    for window in 0..<windows {
      var pairs: [(value: UInt64, key: UInt64)] = []
      for range in sequences.ranges {
        for sequence in range {
          guard let path = try path(of: SegmentName(run: run, sequence: sequence)) else { return .gone }
          var reader = try SegmentReader(path.path)
          _ = try reader.forEachLine { line, _ in
            guard (try? parser.parse(line, maxDepth: 0)) != nil else { return }
            finder.find(in: parser.root, of: parser)
            guard let value = finder.value(0), !parser.isNull(value) else { return }
            let hash = Self.hash(parser, [value])
            guard hash % windows == window else { return }
            pairs.append((hash, Self.hash(parser, keys.indices.map { finder.value($0 + 1) })))
          }
        }
      }
      pairs.sort { ($0.value, $0.key) < ($1.value, $1.key) }
      var start = 0
      for index in pairs.indices where index + 1 == pairs.count || pairs[index + 1].value != pairs[index].value {
        if pairs[start].key != pairs[index].key { repeated += 1 }
        start = index + 1
      }
    }
    return .values(repeated)
  }

  /// Where a segment of the run is: held when the run waits for this answer, further on when it does not.
  private func path(of name: SegmentName) throws(SpoolError) -> InputSegment? {
    for state in [SegmentState.held, .ready, .done, .held, .ready, .done] {
      do throws(SpoolError) { return try queue.open(name, in: state) } catch {
        // It may have been moved between two looks, which is why there are two rounds.
        if error.exitStatus != .noInput { throw error }
      }
    }
    return nil
  }

  private static func hash(_ parser: borrowing JSONParser, _ nodes: [JSONNode?]) -> UInt64 {
    var hasher = Hasher()
    for case let node? in nodes {
      unsafe parser.withRaw(node) { raw in
        hasher.combine(raw.count)
        unsafe hasher.combine(bytes: UnsafeRawBufferPointer(raw))
      }
    }
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }
}
