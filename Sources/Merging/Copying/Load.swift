internal import JSONText
internal import PipelineConfig
internal import Postgres
internal import Spool

/// Loads a segment of new rows straight into its table, past the staging table.
///
/// Each row is then written once and not twice. 16,650 rows of 1 KB, at the server: COPY into the staging table 54 ms and the merge
/// from there 106 ms, COPY into the target 95 ms. Whether all rows are new is not asked but tried: the unique index of the key
/// tells of one that is not, and then the transaction begins anew in the ordinary way.
struct Load {
  let copy: SegmentCopy
  let merge: FeedMerge

  /// To be called with the target's rows locked.
  ///
  /// - Parameters:
  ///   - noting: The run for which the keys are noted; nil when none are.
  ///   - connection: In the segment's transaction.
  /// - Returns: How many rows.
  /// - Throws: ``NotAllNew`` when the segment cannot be loaded so, for whatever reason, a time-out among them; `PostgresError` that
  ///   will pass.
  func run(noting: String?, on connection: inout Connection) throws -> Int {
    do {
      return try load(noting, &connection)
    } catch let error as PostgresError
      where error.sqlState == .queryCancelled || error.sqlState != nil && !error.isTransient
    {
      throw NotAllNew()
    } catch is MergeError {
      throw NotAllNew()
    }
  }

  private func load(_ noting: String?, _ connection: inout Connection) throws -> Int {
    guard var keys = AscendingKeys(for: merge.feed) else { throw NotAllNew() }
    let label = copy.footer.label
    // What is noted beside the table may be newer than a row that is not in it.
    let noted = "SELECT EXISTS (SELECT FROM weir.tombstone WHERE target = $1)"
    guard
      try connection.query(noted, parameters: [merge.target.qualified], while: "\(label): look for notes") == [["f"]]
    else { throw NotAllNew() }
    // Everybody takes the table of keys before rows.
    if noting != nil {
      try connection.query("LOCK TABLE \(merge.seen.qualified) IN ROW EXCLUSIVE MODE", while: "\(label): note keys")
    }
    let loaded = try copy.straight(into: merge.target, on: &connection) { line in
      guard keys.take(line) else { throw NotAllNew() }
    }
    if let noting { try note(keys, noting, &connection) }
    return loaded
  }

  private func note(
    _ keys: borrowing AscendingKeys,
    _ run: String,
    _ connection: inout Connection
  ) throws {
    let activity = "\(copy.footer.label): note keys"
    if merge.seen.takesSpans, keys.spans.areWorthIt {
      return try merge.seen.note(keys.spans, of: run, while: activity, on: &connection)
    }
    let accepted = try keys.bytes.withBytes { bytes in
      try merge.seen.copy(bytes, of: run, while: activity, on: &connection)
    }
    guard accepted == keys.count else {
      throw MergeError.miscounted(segment: copy.footer.label, sent: keys.count, accepted: accepted)
    }
  }
}

/// A segment was to be loaded straight into its table and has to be brought in the ordinary way.
struct NotAllNew: Error {}
