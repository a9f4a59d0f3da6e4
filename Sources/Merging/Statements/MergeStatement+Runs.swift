internal import Postgres

/// A version ends with the segment that brought it, and a segment's name begins with its run.
extension MergeStatement.Scope {
  /// The condition that a version, in the column after a prefix, is of an earlier run; nil where the rows are of no one run.
  var isOfEarlierRun: ((_ prefix: String) -> String)? {
    guard let run else { return nil }
    let name = MergeStatement.nameByteCount
    let sequence = name - run.utf8.count
    return { prefix in
      // What is left of a row whose parent went ends without a name (``Parting``), and is older than any run.
      "(right(\(prefix)data_version, 1) = ' '"
        + " OR left(right(\(prefix)data_version, \(name)), -\(sequence)) COLLATE \"C\" < \(Literal.quoted(run)))"
    }
  }

  /// The same where what an earlier run said is overruled; nil where the stamps decide.
  var overrules: ((_ prefix: String) -> String)? { isAuthoritative ? isOfEarlierRun : nil }

  /// An end for a condition that a version is newer: or of an earlier run, where that is overruled.
  func or(_ prefix: String) -> String { overrules.map { " OR \($0(prefix))" } ?? "" }
}
