/// Whether it pays to ask before sending: decided by what the segment before turned out to hold.
///
/// Asking costs the narrow rows and a second reading of the segment; it saves the unchanged rows. Half is where the two
/// meet, near enough.
struct AskPolicy: Equatable {
  private(set) var asks: Bool
  private let rule: Rule

  /// Whether what a segment turns out to hold decides about the next one.
  enum Rule: Sendable {
    case whenItPays
    /// For measuring and proving: the same comes of it either way.
    case always
    case never
  }

  /// A target without rows has nothing unchanged.
  init(hasRows: Bool, rule: Rule = .whenItPays) {
    self.rule = rule
    asks = rule == .always || rule == .whenItPays && hasRows
  }

  /// The share of records above which the next segment is sent without asking.
  static let sendingShare = 0.5

  mutating func learn(needed: Int, of records: Int) {
    guard rule == .whenItPays, records > 0 else { return }
    asks = Double(needed) <= Self.sendingShare * Double(records)
  }
}
