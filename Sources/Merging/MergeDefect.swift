/// A mistake that a merge could make. The tests make each of them on purpose, to see that they notice; the program has none.
enum MergeDefect: CaseIterable, Sendable {
  /// The ledger's row is committed before the rows that it speaks of.
  case ledgerOutside
  /// A segment that comes again is merged again.
  case noLedger
  /// Rows are written in any order.
  case noOrder
  /// What arrives last wins.
  case noVersionGuard
  /// What COPY says of the rows that it took is not compared with what was sent.
  case noCountCheck
}
