/// Where a segment stands in its queue. The raw value is a directory's name, so `ls spool/media/hashed` is a report.
///
/// ```
///   incoming ──publish──▶ ready ──finish──▶ done
///                           │
///                           └─────hold────▶ held
/// ```
///
/// A claim moves nothing: it is a lock on the file in `ready`, which ends with the worker.
public enum SegmentState: String, CaseIterable, Sendable, Codable {
  /// Being written; no stage looks here.
  case incoming
  /// Complete and durable; any worker may claim it.
  case ready
  /// Worked off, and kept for as long as the pipeline says.
  case done
  /// Set aside for a person, with a note beside it that says why.
  case held
}
