/// What becomes of a row when the row that it belongs to is deleted; the raw value is the spelling in the file.
///
/// Under `cascade` and `mark` a parent that is marked as deleted counts as one that is not there, and a row that was put
/// aside comes back with its parent: whatever order the vendor's news arrive in, the same rows are alive in the end.
public enum ParentDeletion: String, CaseIterable, Sendable {
  /// It stays as it is.
  case keep
  /// It leaves the table.
  case cascade
  /// It stays, with the time in its column `deleted_at`.
  case mark
}

extension Feed {
  /// Rows of the table may be marked as deleted, for the vendor or for a parent's sake.
  public var marksRows: Bool { deletions.action == .mark || parent?.onDelete == .mark }
}
