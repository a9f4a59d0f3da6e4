/// What becomes of text that PostgreSQL cannot hold: NUL, half a surrogate pair, bytes that are no UTF-8. The raw value is
/// the word in `pipeline.json`.
public enum UnicodeRule: String, CaseIterable, Sendable {
  /// The record is put aside: for half a pair and for bytes by hash, for a NUL by stage when a column would hold it.
  case reject
  /// Each is replaced by U+FFFD, the replacement character, in names of members too, before the record is hashed; the
  /// records are counted. Not left away: two names or two texts that differ would become one without a trace.
  case clean
}
