internal import Spool

/// How a segment is best brought to its table: decided by what the segment before turned out to hold. Wrong, it costs time, and
/// where a segment was to be loaded, room: what had been loaded of it is left in the table as dead rows, until the next VACUUM.
///
/// Asking costs the narrow rows and a second reading of the segment; it saves the unchanged rows. Half is where the two
/// meet, near enough. Where all rows were new the next segment is loaded straight into the table (``Load``).
struct AskPolicy: Equatable {
  private(set) var asks: Bool
  /// Before asking.
  private(set) var compares: Bool
  private(set) var loads: Bool
  /// How often in a row it did not pay to compare, and for how many segments it is not tried again.
  private var misses = 0
  private var waiting = 0
  private var latest: RunID?
  /// All rows of a segment were new, and could not be loaded straight into the table all the same.
  private var isBarred = false
  private let rule: Rule

  /// Whether what a segment turns out to hold decides about the next one.
  enum Rule: Sendable {
    case whenItPays
    /// For measuring and proving: the same comes of it either way.
    case always
    case comparing
    case never
    case loading
  }

  /// A target without rows has nothing unchanged.
  init(hasRows: Bool, rule: Rule = .whenItPays) {
    self.rule = rule
    asks = rule == .always || rule == .comparing || rule == .whenItPays && hasRows
    compares = rule == .comparing || rule == .whenItPays && hasRows
    loads = rule == .loading || rule == .whenItPays && !hasRows
  }

  /// After the session was lost. A load may be why: what works slowly for every row at the end of a COPY, or waits for another's
  /// row in it, looks like a server that has stopped working.
  var afterLoss: Self {
    var policy = self
    policy.isBarred = isBarred || loads && rule == .whenItPays
    policy.loads = loads && !policy.isBarred
    return policy
  }

  /// The share of records above which the next segment is sent without asking.
  static let sendingShare = 0.5
  /// The share of records that have to be equal for the next segment to be compared, too. To compare costs the server a third of what it
  /// costs to ask (``Comparison``).
  static let equalShare = 0.5
  /// After so many times in vain in a row, 64 segments pass before it is tried again.
  static let missesMax = 6

  /// Another run may be of another kind, a full one or an incremental one: what comparing came to before says nothing of it.
  mutating func begin(_ run: RunID) {
    guard rule == .whenItPays, run != latest else { return }
    if latest != nil {
      (misses, waiting) = (0, 0)
      compares = asks
    }
    latest = run
  }

  /// - Parameters:
  ///   - entry: What became of the segment.
  ///   - wasRefused: It was to be loaded, and had to be sent.
  ///   - compared: What comparing it came to.
  mutating func learn(_ entry: LedgerEntry, wasRefused: Bool, compared: SegmentMerge.Compared) {
    guard rule == .whenItPays, entry.records > 0 else { return }
    let needed = entry.inserted + entry.updated + entry.orphaned + entry.deleted + entry.refused
    asks = Double(needed) <= Self.sendingShare * Double(entry.records)
    let isAllNew = entry.inserted == entry.records
    if wasRefused, isAllNew { isBarred = true }
    loads = isAllNew && !isBarred
    switch compared {
    case .with(let equal) where Double(equal) >= Self.equalShare * Double(entry.records):
      (misses, waiting) = (0, 0)
      compares = true
    case .with:
      misses = min(misses + 1, Self.missesMax)
      waiting = 1 << misses
      compares = false
    case .not:
      waiting = max(0, waiting - 1)
      // As where changes are spread evenly: of each part one row may have changed.
      let changed = entry.records - entry.unchanged + entry.confirmed
      compares = waiting == 0 && changed * SegmentDigests.rowsInPart < entry.records
    }
  }
}
