internal import Synchronization

/// Results of the latest queries, so that a walk through pages evaluates its filter once.
///
/// Bounded; what was used longest ago goes first. Losing an entry costs an evaluation and changes nothing.
final class QueryCache: Sendable {
  struct Key: Hashable, Sendable {
    var set: String
    var generation: Int
    /// The style that asked, and the texts that decide what is found and in which order.
    var query: [String?]
  }

  private struct Entry {
    var rows: ResultRows
    var lastUse: UInt64
  }

  private struct State {
    var entries: [Key: Entry] = [:]
    var bytes = 0
    var uses: UInt64 = 0
  }

  /// More walks at a time than any client here takes.
  static let entriesMax = 64
  /// Sixteen results of a million records each.
  static let bytesMax = 64 << 20

  private let state = Mutex(State())

  /// The rows of a query, found before or found now.
  func rows(for key: Key, evaluate: () throws(Refusal) -> ResultRows) throws(Refusal) -> ResultRows {
    if let rows = cached(key) { return rows }
    let rows = try evaluate()
    keep(rows, for: key)
    return rows
  }

  private func cached(_ key: Key) -> ResultRows? {
    state.withLock { state in
      state.uses += 1
      let now = state.uses
      state.entries[key]?.lastUse = now
      return state.entries[key]?.rows
    }
  }

  private func keep(_ rows: ResultRows, for key: Key) {
    state.withLock { state in
      state.uses += 1
      if let replaced = state.entries.updateValue(Entry(rows: rows, lastUse: state.uses), forKey: key) {
        state.bytes -= replaced.rows.bytes
      }
      state.bytes += rows.bytes
      while state.entries.count > Self.entriesMax || state.bytes > Self.bytesMax, state.entries.count > 1 {
        guard let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse })?.key else { return }
        state.bytes -= state.entries.removeValue(forKey: oldest)?.rows.bytes ?? 0
      }
    }
  }
}
