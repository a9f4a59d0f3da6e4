internal import FoundationEssentials

extension Date {
  /// Whole milliseconds since 1970, cut: what files of the spool keep.
  var milliseconds: Int { Int((timeIntervalSince1970 * 1000).rounded(.down)) }
}
