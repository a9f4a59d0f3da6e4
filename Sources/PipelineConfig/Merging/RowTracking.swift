/// What merge notes of each row, beside the vendor's fields: columns of the table, and a log of changes.
public struct RowTracking: Equatable, Sendable {
  /// A column that the table has for it; the raw value is its name.
  public enum Mark: String, CaseIterable, Sendable {
    /// When the row was last written. A row that comes again unchanged is not written: it is as fresh as the feed's last
    /// run in `weir.sync_log`.
    case lastSynced = "last_synced"
    /// When the vendor's fields last changed, or the row was deleted or came back.
    case lastUpdated = "last_updated"
    /// `synced`, `deleted`, or `parted` from a parent that was deleted.
    case syncStatus = "sync_status"

    /// The column's type, as PostgreSQL spells it.
    public var sqlType: String { self == .syncStatus ? "text" : "timestamptz" }
  }

  public var marks: [Mark] = []
  /// Whether `weir.change_log` takes each field that changes, with what it was and is.
  public var logsChanges = false

  static func read(_ value: ConfigValue?) -> RowTracking {
    var tracking = RowTracking()
    guard let object = value?.object() else { return tracking }
    for mark in Mark.allCases where object[mark.rawValue]?.boolean() == true { tracking.marks.append(mark) }
    if let given = object["changes"]?.boolean() { tracking.logsChanges = given }
    object.reportUnknown()
    return tracking
  }

  /// Columns that are noted here are not the vendor's as well.
  static func check(_ draft: FeedDraft) {
    for mark in draft.feed.tracking.marks where draft.feed.columns.contains(where: { $0.name == mark.rawValue }) {
      let place = draft.value.path.member("columns").member(mark.rawValue)
      draft.value.context.problem(at: place, "is a column that \"track\" keeps; choose another name")
    }
  }
}
