internal import PipelineConfig
internal import Postgres

/// What is to be done with each key of a segment.
extension MergeStatement {
  /// A later line wins among equal versions: lines were copied in order into an empty table, so places are in order.
  func newest(_ scope: Scope) -> String {
    let keyList = zip(keys, keys.indices).map { "s.\($0) AS k\($1 + 1)" }.joined(separator: ", ")
    let order = keys.map { "s.\($0)" }.joined(separator: ", ")
    let isQuestion = scope.question != nil
    let (table, place) = (
      scope.question?.qualified ?? staging.qualified, isQuestion ? QuestionTable.lineColumn : "ctid"
    )
    let parent = isQuestion ? "" : feed.parent.map { ", s.\(Identifier.quoted($0.column.name)) AS parent" } ?? ""
    let range =
      scope.places.map { "\n  WHERE s.ctid BETWEEN \(Literal.quoted($0.first)) AND \(Literal.quoted($0.last))" } ?? ""
    // To sort 16,665 keys that came once each, and to keep them, was a quarter of the question's time.
    if scope.isOnce {
      return
        "newest AS NOT MATERIALIZED (SELECT \(keyList), s.data_hash, s.data_version, s.\(place) AS place FROM \(table) s)"
    }
    return """
      newest AS MATERIALIZED (
        SELECT DISTINCT ON (\(order)) \(keyList)\(parent), s.data_hash, s.data_version, s.\(place) AS place
        FROM \(table) s\(range) ORDER BY \(order), s.data_version DESC, s.\(place) DESC)
      """
  }

  /// Equal hash: unchanged, whatever its version. Otherwise a version that is not newer than the table's, or than what is
  /// noted beside the table, is superseded. Only then does the parent matter: a child that stays as it is needs none.
  ///
  /// An unchanged row keeps the version it has, for it is not written. When its stamp is newer that has to be known all the
  /// same, or a version between the two that comes late would overwrite it: it is confirmed, once for each stamp. Under the
  /// same stamp the later run counts, and which keys a full run has brought is known from its table.
  func verdict(_ scope: Scope) -> String {
    var join = sameKey("t.", "n.")
    if let range = scope.range { join += " AND t.\(keys[0]) BETWEEN \(range.lowerBound) AND \(range.upperBound)" }
    let isQuestion = scope.question != nil
    let orphaned =
      isQuestion
      ? nil
      : feed.parent.map { parent in
        let table = Identifier.qualified(target.schema, parent.table)
        let key = Identifier.quoted(parent.keyColumn.name)
        let alive = parentMayBeMarked ? " AND p.\(DeletionRule.markColumn) IS NULL" : ""
        return "\n    WHEN NOT EXISTS (SELECT FROM \(table) p WHERE p.\(key) = n.parent\(alive)) THEN 'orphaned'"
      }
    let parent = isQuestion || feed.parent == nil ? "" : ", n.parent"
    let live = feed.marksRows ? " AND t.\(DeletionRule.markColumn) IS NULL" : ""
    let deleted = scope.hasDeletions || isQuestion ? "\n    WHEN n.data_hash IS NULL THEN 'deleted'" : ""
    // The same content with an older stamp is written all the same when it overrules the newer one.
    let turned = scope.overrules.map { " AND NOT (t.data_version > n.data_version AND \($0("t.")))" } ?? ""
    // Kept for those who ask again: in a question that only counts, nobody does. The OFFSET keeps it one step all the same, or each
    // count would make the verdict anew.
    let isCounted = isQuestion && feed.parent == nil && !scope.isAlone && scope.overrules == nil
    return """
      verdict AS\(isCounted ? "" : " MATERIALIZED") (
        SELECT \(aliases("n."))\(parent), n.data_version, n.place, CASE
          WHEN t.data_hash = n.data_hash\(live)\(turned) THEN CASE
            WHEN t.data_version < n.data_version AND NOT starts_with(t.data_version, \(stamp("n.")))
              AND NOT \(isConfirmed(scope)) THEN 'confirmed' ELSE 'unchanged' END
          \(superseded(scope))\(overtaken(scope))\(deleted)\(orphaned ?? "")
          ELSE 'wanted' END AS verdict
        FROM newest n LEFT JOIN \(target.qualified) t ON \(join)\(isCounted ? " OFFSET 0" : ""))
      """
  }

  /// A version less what stage puts behind it, a space and the segment's name.
  ///
  /// To count characters takes time, for every row; whether an older version has the same stamp is told by how it begins, since
  /// a space is less than what else might follow.
  private func stamp(_ prefix: String) -> String { "left(\(prefix)data_version, -\(Self.nameByteCount + 1))" }

  /// `20261120T234408Z-7k2q-000042`
  static let nameByteCount = 28

  /// Under the same stamp a later full run has brought the key: what it said is newer.
  private func overtaken(_ scope: Scope) -> String {
    guard let run = scope.overtaken else { return "" }
    return """

          WHEN \(stamp("t.")) = \(stamp("n.")) AND \(seen.brought(after: run, "n.")) THEN 'superseded'
      """
  }

  /// A version that is not newer than what the table has, or what is noted beside it.
  ///
  /// When an earlier run brought the newer stamp, the vendor's stamps went backwards.
  private func superseded(_ scope: Scope) -> String {
    let (isOlder, isBuried) = ("t.data_version >= n.data_version", "b.data_version >= n.data_version")
    if let overrules = scope.overrules {
      return """
        WHEN \(isOlder) AND NOT \(overrules("t.")) THEN 'superseded'
            WHEN \(noted(condition: "\(isBuried) AND NOT \(overrules("b."))")) THEN 'superseded'
        """
    }
    let fate = scope.isOfEarlierRun.map { isEarlier in
      (
        row: "CASE WHEN \(isEarlier("t.")) THEN 'backwards' ELSE 'superseded' END",
        note:
          "CASE WHEN \(noted(condition: "\(isBuried) AND \(isEarlier("b."))")) THEN 'backwards' ELSE 'superseded' END"
      )
    }
    return """
      WHEN \(defect == .noVersionGuard ? "false" : isOlder) THEN \(fate?.row ?? "'superseded'")
          WHEN \(noted(condition: isBuried)) THEN \(fate?.note ?? "'superseded'")
      """
  }

  private func isConfirmed(_ scope: Scope) -> String {
    let counts = scope.overrules.map { " AND NOT \($0("b."))" } ?? ""
    return noted(condition: "\(stamp("b.")) >= \(stamp("n."))\(counts)")
  }

  /// Whether a version is noted beside the table for a key. Asked once whether there is any: without, which is nearly always,
  /// no key is built and compared.
  private func noted(condition: String) -> String {
    let name = Literal.quoted(target.qualified)
    return """
      ((SELECT EXISTS (SELECT FROM weir.tombstone WHERE target = \(name)))
              AND EXISTS (SELECT FROM weir.tombstone b WHERE b.target = \(name) AND b.key = \(keyText("n."))
                AND \(condition)))
      """
  }

  /// Notes the newer version of unchanged rows.
  func confirmed(_ scope: Scope) -> String {
    """
    confirmed AS (
      INSERT INTO weir.tombstone AS b (target, key, data_version)
      SELECT \(Literal.quoted(target.qualified)), \(keyText("v.")), v.data_version
      FROM verdict v WHERE v.verdict = 'confirmed'
      ON CONFLICT (target, key) DO UPDATE SET data_version = excluded.data_version, noted_at = clock_timestamp()
      WHERE b.data_version < excluded.data_version\(scope.or("b.")))
    """
  }

  /// Rows that an authoritative run brings anew, and whose parent is not there yet: the row that is there steps back behind what
  /// waits, or it would keep it out for ever. Its version ends without a name then, as where a parent went (``Parting``).
  func yielded(_ scope: Scope) -> String? {
    guard let overrules = scope.overrules, feed.parent != nil else { return nil }
    return """
      yielded AS (
        UPDATE \(target.qualified) t SET data_version = left(v.data_version, -\(Self.nameByteCount)) FROM verdict v
        WHERE \(sameKey("t.", "v.")) AND v.verdict = 'orphaned' AND t.data_version >= v.data_version AND \(overrules("t.")))
      """
  }

  /// What an earlier run noted beside rows of which an authoritative one says something else. What vanished is not among it: its
  /// deletion has the row's own stamp.
  func forgotten(_ scope: Scope) -> String? {
    guard let overrules = scope.overrules else { return nil }
    // What is yet to be sent is settled when it is written. A row that is marked has to carry its deletion's version alone; where
    // none is left, the deletion itself is noted.
    var settled = "v.verdict = 'unchanged'"
    if scope.question == nil {
      settled = "v.verdict IN ('wanted', 'unchanged', 'orphaned')"
      if feed.deletions.action == .mark {
        let row = "SELECT FROM \(target.qualified) t WHERE \(sameKey("t.", "v."))"
        settled = "(\(settled) OR v.verdict = 'deleted' AND EXISTS (\(row)))"
      }
    }
    return """
      forgotten AS (
        DELETE FROM weir.tombstone b USING verdict v
        WHERE b.target = \(Literal.quoted(target.qualified)) AND b.key = \(keyText("v.")) AND \(settled)
          AND b.data_version >= v.data_version AND \(overrules("b.")))
      """
  }
}
