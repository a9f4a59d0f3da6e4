internal import PipelineConfig
internal import Postgres
internal import Spool

/// Compares a segment with the target before asking about its rows: by one digest for each some hundred of them (``SegmentDigests``).
///
/// In most full runs most rows are as they were. For 16,662 rows of 1 KB, at the server alone: to take in key, hash and version of
/// each 20 ms, to join them with the target 32 ms, to digest the target's 17 ms, 8 of which are to read it; and the digests of a
/// segment are 4 KB. What differs is asked about as before, so the answer is the same either way.
struct Comparison {
  let copy: SegmentCopy
  let merge: FeedMerge

  /// What the segment's rows are to be compared by; nil, and `compared` says so, when they cannot be.
  func digests(_ compared: inout SegmentMerge.Compared) throws -> SegmentDigests? {
    guard merge.feed.parent == nil, copy.footer.records >= FeedMerge.closeMin else { return nil }
    compared = .with(equal: 0)
    guard let digests = try copy.digests(for: merge.feed), merge.isClose(digests.range, of: copy.footer.records) else {
      return nil
    }
    return digests
  }

  /// Finds what is not in the target as it is in the segment: key, hash and the vendor's own stamp.
  ///
  /// To be called with the target's rows locked, as the writing needs it.
  ///
  /// - Returns: The lines of the parts that differ, in whatever.
  /// - Throws: ``PostgresError``.
  func differing(
    _ digests: SegmentDigests,
    on connection: inout Connection
  ) throws(PostgresError) -> WantedLines {
    let parts = digests.parts
    let rows = try connection.query(
      statement,
      parameters: [
        Literal.array(parts.map(\.keys.lowerBound)), Literal.array(parts.map(\.keys.upperBound)),
        Literal.array(parts.map(\.rows)), "{\(parts.map(\.digest).joined(separator: ","))}",
      ],
      while: "\(copy.footer.label): compare with \(merge.target.qualified)"
    )
    var lines = WantedLines(of: copy.footer.records)
    var firsts: [Int] = []
    var line = 1
    for part in parts {
      firsts.append(line)
      line += part.rows
    }
    for row in rows {
      guard let place = row[0].flatMap({ Int($0) }), parts.indices.contains(place - 1) else { continue }
      let first = firsts[place - 1]
      for line in first..<first + parts[place - 1].rows { lines.insert(line) }
    }
    return lines
  }

  /// Each part is found in the index by its first key and its last, and comes in order from there.
  private var statement: String {
    let key = "t.\(Identifier.quoted(merge.feed.keyColumns[0].name))"
    let live = merge.feed.marksRows ? " AND t.\(DeletionRule.markColumn) IS NULL" : ""
    return """
      SELECT p.place FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[])
          WITH ORDINALITY AS p (first, last, rows, digest, place)
        CROSS JOIN LATERAL (
          SELECT count(r.text) AS rows, sha256(convert_to(string_agg(r.text, ''), \(Self.encoding))) AS digest
          FROM (SELECT E'\\t' || \(key)::text || E'\\t' || t.data_hash
                || E'\\t' || left(t.data_version, -\(MergeStatement.nameByteCount + 1)) AS text
            FROM \(merge.target.qualified) t WHERE \(key) BETWEEN p.first AND p.last\(live) ORDER BY \(key)) r) found
      WHERE found.rows <> p.rows OR found.digest IS DISTINCT FROM decode(p.digest, 'hex')
      """
  }

  /// Bytes in a database without an encoding may be no text in any.
  private static let encoding = "CASE getdatabaseencoding() WHEN 'SQL_ASCII' THEN 'SQL_ASCII' ELSE 'UTF8' END"
}
