internal import PipelineConfig
internal import Postgres
internal import Spool

/// How many rows may wait for their parents.
enum Orphans {
  /// To be called inside the transaction that kept some, which is undone when they are too many: the segment waits in the
  /// spool instead.
  ///
  /// Workers that keep some at the same time do not see each other's, so there may be a segment more for each.
  ///
  /// - Throws: ``MergeError/tooManyOrphans(segment:feed:parent:max:)`` or ``PostgresError``.
  static func requireRoom(for feed: Feed, segment: String, on connection: inout Connection) throws {
    guard let parent = feed.parent else { return }
    let rows = try connection.query(
      """
      SELECT count(*) > $2::bigint FROM (
        SELECT FROM weir.orphan WHERE feed = $1 AND parted_at IS NULL LIMIT $2::bigint + 1) kept
      """,
      parameters: [feed.name, String(parent.orphansMax)],
      while: "count the orphans of feed \(feed.name)"
    )
    guard rows == [["t"]] else { return }
    throw MergeError.tooManyOrphans(segment: segment, feed: feed.name, parent: parent.feed, max: parent.orphansMax)
  }

  /// Of what was put aside because its parent was deleted, the oldest goes when there is more than of those who wait.
  static func trim(_ feed: Feed, on connection: inout Connection) throws(PostgresError) {
    guard let parent = feed.parent else { return }
    try connection.execute(
      """
      DELETE FROM weir.orphan o USING (
        SELECT w.key FROM weir.orphan w WHERE w.feed = $1 AND w.parted_at IS NOT NULL
        ORDER BY w.parted_at DESC OFFSET $2::bigint) old
      WHERE o.feed = $1 AND o.key = old.key
      """,
      parameters: [feed.name, String(parent.orphansMax)],
      while: "trim the orphans of feed \(feed.name)"
    )
  }
}
