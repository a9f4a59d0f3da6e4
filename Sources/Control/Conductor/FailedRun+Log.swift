public import Postgres

extension FailedRun {
  /// Writes the run down in `weir.sync_log`: the one row there that is not merge's to write.
  ///
  /// - Throws: `PostgresError`. It waits for the server, so async code gives it a thread of its own.
  public func log(in target: DatabaseTarget) throws {
    var connection = try Connection(to: target, applicationName: "weir", limits: .notes)
    try connection.execute(
      """
      INSERT INTO weir.sync_log (run, feed, mode, started_at, finished_at, status, fetched, processed, inserted, updated,
                                 unchanged, superseded, orphaned, adopted, rejected, failed, error, deleted, vanished)
      VALUES ($1, $2, $3, clock_timestamp() - make_interval(secs => $4::double precision), clock_timestamp(), $5,
              $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
      ON CONFLICT (feed, run) DO NOTHING
      """,
      parameters: parameters,
      while: "write weir.sync_log"
    )
  }

  private var parameters: [String?] {
    let numbers = [
      counts.fetched, counts.placed, counts.inserted, counts.updated, counts.unchanged, counts.superseded,
      counts.orphaned, counts.adopted, counts.rejected, max(0, counts.fetched - counts.settled),
    ]
    return [run, feed, isFull ? "full" : "incremental", String(elapsed / .seconds(1)), status]
      + numbers.map { String($0) } + [error, String(counts.deleted), counts.vanished.map { String($0) }]
  }
}
