public import JSONText
public import PipelineConfig
public import Spool

/// Something that a feed's records have now and had not before, or the other way round.
public struct DriftNote: Equatable, Sendable {
  public enum What: String, CaseIterable, Sendable {
    /// A field that no record had.
    case new
    /// A field whose values are of a kind they never were.
    case changed
    /// A field that no record of a complete full run had.
    case vanished
  }

  public var what: What
  /// The run that showed it.
  public var run: String
  /// The vendor's name of the field, at the top of the record.
  public var field: String
  /// Kinds of its values that are new: `boolean`, `number`, `string`, `array`, `object`; none when it was null.
  public var kinds: [String]
  /// The first value as it was written, cut at 60 bytes. What a record holds: for the report, not for logs.
  public var sample: String

  /// `<feed>/state/drift.json`.
  static let stateName = "drift.json"
  /// Notes that are kept, the latest: more is no report that anybody reads.
  static let countMax = 200
}

extension DriftNote {
  /// What was noted of a feed, the latest last.
  ///
  /// - Throws: ``SpoolError``.
  public static func all(of feed: String, in spool: Spool) throws(SpoolError) -> [DriftNote] {
    guard let bytes = try spool.loadState(stateName, feed: feed), let value = try? JSONValue(parsing: bytes),
      case .array(let elements) = value
    else { return [] }
    return elements.compactMap { DriftNote($0) }
  }

  /// Notes more of a feed, under the lock of its ``RunBook``.
  static func add(_ notes: [DriftNote], to feed: String, in spool: Spool) throws(SpoolError) {
    if notes.isEmpty { return }
    let all = try Self.all(of: feed, in: spool) + notes
    let text = "[" + all.suffix(countMax).map(\.json.encoded).joined(separator: ",\n") + "]\n"
    try spool.saveState(Array(text.utf8), name: stateName, feed: feed)
  }

  private init?(_ value: JSONValue) {
    guard let what = value["what"]?.text.flatMap(What.init), let run = value["run"]?.text,
      let field = value["field"]?.text
    else { return nil }
    var kinds: [String] = []
    if case .array(let names)? = value["kinds"] { kinds = names.compactMap(\.text) }
    self.init(what: what, run: run, field: field, kinds: kinds, sample: value["sample"]?.text ?? "")
  }

  /// One element of `drift.json`.
  public var json: JSONValue {
    .object([
      JSONMember(name: "run", value: .string(run)), JSONMember(name: "what", value: .string(what.rawValue)),
      JSONMember(name: "field", value: .string(field)),
      JSONMember(name: "kinds", value: .array(kinds.map { .string($0) })),
      JSONMember(name: "sample", value: .string(sample)),
    ])
  }
}

extension DriftNote {
  /// `new field "trim" (string), for example "LX"; mapped by no column`
  public func text(for feed: Feed) -> String {
    let name = JSONText.quoted(field)
    let kinds = kinds.isEmpty ? "null" : kinds.joined(separator: ", ")
    let sample = sample.isEmpty ? "" : ", for example \(sample)"
    switch what {
    case .vanished:
      return "the field \(name) was in no record" + (isMapped(by: feed) ? "; a column is mapped from it" : "")
    case .changed: return "the field \(name) now holds \(kinds) too\(sample)"
    case .new where isMapped(by: feed): return "new field \(name) (\(kinds))\(sample)"
    case .new: return "new field \(name) (\(kinds))\(sample); mapped by no column" + (proposal(for: feed) ?? "")
    }
  }

  /// The same for the log, which holds nothing of a record.
  func remark(for feed: Feed) -> SegmentRemark {
    var details = ["field": field, "see": "weir report \(feed.name)"]
    if !kinds.isEmpty { details["holds"] = kinds.joined(separator: ",") }
    switch what {
    case .new: return SegmentRemark("a new field in the vendor's records", details)
    case .changed: return SegmentRemark("a field holds another kind of value than before", details)
    case .vanished: return SegmentRemark("a field was in no record of a complete full run", details)
    }
  }

  private func isMapped(by feed: Feed) -> Bool {
    feed.columns.contains { $0.from.tokens.first.map { $0.utf8.elementsEqual(field.utf8) } ?? false }
  }

  /// The line for `columns` that would take the field, where the feed asks for one.
  private func proposal(for feed: Feed) -> String? {
    guard feed.unmapped == .propose else { return nil }
    let type =
      switch kinds {
      case ["boolean"]: "boolean"
      case ["number"]: "numeric"
      case ["string"]: "text"
      default: "jsonb"
      }
    return "; to take it: \(JSONText.quoted(field)): \"\(type)\""
  }
}
