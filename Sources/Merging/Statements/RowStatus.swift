internal import PipelineConfig
internal import Postgres

/// What `sync_status` says of a row.
enum RowStatus: String {
  case synced
  case deleted
  /// Its parent is deleted.
  case parted
}

extension RowTracking {
  /// The tracked columns and what they get when a row is written, as SQL.
  func values(_ status: RowStatus) -> [(column: String, value: String)] {
    marks.map { mark in
      (Identifier.quoted(mark.rawValue), mark == .syncStatus ? Literal.quoted(status.rawValue) : "now()")
    }
  }

  /// The same as assignments that follow others: empty, or `, last_synced = …`.
  func assignments(_ status: RowStatus) -> String {
    values(status).map { ", \($0.column) = \($0.value)" }.joined()
  }
}
