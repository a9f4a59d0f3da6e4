internal import Postgres
internal import Spool

/// One run of one feed, segment by segment.
struct RunAudit {
  var feed: String
  var run: String
  var segments: [AuditRow]
  var sum: AuditRow

  var balances: Bool { (segments + [sum]).allSatisfy { $0.problem == nil } }

  /// The runs asked for: `run` in every feed that has it, or each feed's latest.
  static func all(feeds: [String], run: RunID?, spool: Spool, in target: DatabaseTarget) throws -> [RunAudit] {
    var connection = try Connection(to: target, applicationName: "weir audit")
    return try feeds.compactMap { feed in
      let files = try spool.entries(feed: feed)
      let latest = try LedgerRow.latestRun(feed: feed, on: &connection)
      let inSpool = files.map(\.name.run).max()
      guard let run = run ?? [latest, inSpool].compactMap(\.self).max() else { return nil }
      let ledger = try LedgerRow.all(feed: feed, run: run, on: &connection)
      let failure = try LedgerRow.failure(feed: feed, run: run, on: &connection)
      let found = files.filter { $0.name.run == run && $0.state != .incoming }
      if ledger.isEmpty, found.isEmpty, failure == nil { return nil }
      let rejected = try spool.rejected(feed: feed).filter { $0.segment.run == run }
      return RunAudit(feed: feed, run: run, ledger: ledger, files: found, rejected: rejected, failure: failure)
    }
  }

  /// A file of the run; without a footer it is damaged.
  private struct Found {
    var file: StoredSegment
    var footer: SegmentFooter?
  }

  private init(
    feed: String,
    run: RunID,
    ledger: [LedgerRow],
    files: [StoredSegment],
    rejected: [RejectedFile],
    failure: String?
  ) {
    self.feed = feed
    self.run = run.description
    let found = files.map { Found(file: $0, footer: $0.footer) }
    let bySequence = Dictionary(grouping: found) { $0.file.name.sequence }
    let rejects = Dictionary(grouping: rejected) { $0.segment.sequence }
    let end = found.lazy.compactMap(\.footer).compactMap { footer in footer.end.map { ($0, footer.sequence) } }.first
    var rows: [AuditRow] = ledger.map { row in
      var audited = row.audited
      let fetched = bySequence[row.sequence]?.filter { $0.file.queue == .fetched }.compactMap(\.footer).first
      if let fetched, fetched.records != row.fetched {
        audited.problem = audited.problem ?? "the fetched segment holds \(fetched.records) records"
      }
      let kept = (rejects[row.sequence] ?? []).reduce(0) {
        $0 + ((try? SegmentReader.footer(of: $1.path).records) ?? 0)
      }
      if kept != audited.rejected { audited.note = "\(kept) rejected records are in the spool" }
      return audited
    }
    // What is in the spool and not in the ledger has not arrived.
    let merged = Set(ledger.map(\.sequence))
    var known = merged
    for (sequence, places) in bySequence where !merged.contains(sequence) {
      let footers = places.compactMap(\.footer)
      guard let last = places.last, footers.allSatisfy({ $0.kind == .data }) else { continue }
      // A damaged one says nothing of itself; the one that it was made of does.
      let fetched = footers.last.map { $0.stage == .fetched ? $0.records : $0.fetched } ?? 0
      let place = "it is in \(last.file.queue.rawValue)/\(last.file.state.rawValue)"
      let problem = last.footer == nil ? "damaged: \(place)" : "not merged: \(place)"
      rows.append(AuditRow(sequence: sequence, fetched: fetched, problem: problem))
      known.insert(sequence)
    }
    if let (end, sequence) = end {
      for missing in (sequence - end.segments..<sequence) where !known.contains(missing) {
        rows.append(AuditRow(sequence: missing, problem: "neither merged nor in the spool"))
      }
    }
    segments = rows.sorted { ($0.sequence ?? 0) < ($1.sequence ?? 0) }
    sum = AuditRow()
    for row in segments { sum.add(row) }
    if let (end, _) = end, end.records != sum.fetched {
      sum.problem = "fetch counted \(end.records) records, the segments \(sum.fetched)"
    } else if sum.fetched != sum.accounted {
      sum.problem = "\(sum.fetched - sum.accounted) records are nowhere"
    } else if let failure {
      sum.note = "the run failed: \(failure)"
    }
  }
}

/// A row of the ledger, as an audit needs it.
struct LedgerRow {
  var sequence: Int
  var fetched: Int
  var audited: AuditRow

  static func latestRun(feed: String, on connection: inout Connection) throws(PostgresError) -> RunID? {
    let sql =
      "SELECT max(run) FROM (SELECT run FROM weir.ledger WHERE feed = $1 UNION ALL "
      + "SELECT run FROM weir.sync_log WHERE feed = $1) r"
    let text = try connection.query(sql, parameters: [feed], while: "look for runs").first?.first ?? nil
    return text.flatMap { RunID($0) }
  }

  static func failure(feed: String, run: RunID, on connection: inout Connection) throws(PostgresError) -> String? {
    let sql = "SELECT error FROM weir.sync_log WHERE feed = $1 AND run = $2 AND status = 'failed'"
    return try connection.query(sql, parameters: [feed, run.description], while: "look for runs").first?.first ?? nil
  }

  static func all(feed: String, run: RunID, on connection: inout Connection) throws(PostgresError) -> [LedgerRow] {
    let rows = try connection.query(
      """
      SELECT sequence, fetched, rejected, dropped, records, inserted, updated, unchanged, superseded, deleted, orphaned,
        refused
      FROM weir.ledger WHERE feed = $1 AND run = $2 ORDER BY sequence
      """,
      parameters: [feed, run.description],
      while: "read weir.ledger"
    )
    return rows.map { row in
      let counts = row.map { $0.flatMap { Int($0) } ?? 0 }
      var audited = AuditRow(sequence: counts[0], fetched: counts[1])
      audited.inserted = counts[5]
      audited.updated = counts[6]
      audited.unchanged = counts[7]
      audited.superseded = counts[3] + counts[8]
      audited.deleted = counts[9]
      audited.orphaned = counts[10]
      audited.rejected = counts[2] + counts[11]
      let lost = audited.fetched - audited.accounted
      let lostInMerge = counts[4] - counts[5...11].reduce(0, +)
      if lost != 0 || lostInMerge != 0 { audited.problem = "\(lost != 0 ? lost : lostInMerge) records are nowhere" }
      return LedgerRow(sequence: counts[0], fetched: counts[1], audited: audited)
    }
  }
}
