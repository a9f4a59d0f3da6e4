internal import PipelineConfig
internal import Postgres

extension MergeStatement {
  /// What was and is, of each field of a row that was updated. All parts of the statement see the table as it was before.
  ///
  /// The segment has the rows to itself then (``RowsLock``), or what another worker wrote meanwhile would be missing.
  func logged(_ scope: Scope) -> String {
    let types = Dictionary(uniqueKeysWithValues: feed.columns.map { ($0.name, $0.type) })
    let fields = staging.columns.filter { $0 != TargetTable.hashColumn && $0 != TargetTable.versionColumn }.map {
      name in
      let quoted = Identifier.quoted(name)
      let cast = types[name] == .jsonb ? "::jsonb" : ""
      return "(\(Literal.quoted(name)), to_jsonb(t.\(quoted)), to_jsonb(s.\(quoted)\(cast)))"
    }
    return """
      logged AS (
        INSERT INTO weir.change_log (feed, key, segment, changes)
        SELECT \(Literal.quoted(feed.name)), \(keyText("v.")), \(Literal.quoted(scope.segment)), coalesce(c.changes, '{}')
        FROM verdict v JOIN \(staging.qualified) s ON s.ctid = v.place
          JOIN written w ON NOT w.weir_fresh AND \(sameKey("w.", "v."))
          JOIN \(target.qualified) t ON \(sameKey("t.", "v."))
          CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(f.name, jsonb_build_object('old', f.old, 'new', f.new)) AS changes
            FROM (VALUES \(fields.joined(separator: ", "))) AS f (name, old, new) WHERE f.old IS DISTINCT FROM f.new) c
        WHERE v.verdict = 'wanted')
      """
  }
}
