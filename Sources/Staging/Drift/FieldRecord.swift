internal import JSONText

/// What a feed's records have had so far, and what is new in them: `<feed>/state/fields.json`.
///
/// The first run that is seen says what is usual. From then on a field that was never there, and one whose values are of a
/// kind they never were, is noted once, as is one that a complete full run did not bring any more. Null is no kind.
struct FieldRecord {
  private struct Field {
    var kinds: UInt16
    var last: String
    var isGone = false
  }

  static let stateName = "fields.json"
  /// Bytes of all names that are remembered, as they are written; with what else stands there a file of state holds them.
  private static let nameBytesMax = 512 << 10

  private var fields: [String: Field] = [:]
  /// The run that said what is usual; nil while there was none.
  private var firstRun: String?
  private(set) var isChanged = false

  /// Adds what a segment's records had.
  ///
  /// - Returns: What is new, each thing once.
  mutating func add(_ survey: FieldSurvey, run: String) -> [DriftNote] {
    if survey.fields.isEmpty { return [] }
    var notes: [DriftNote] = []
    if firstRun == nil { (firstRun, isChanged) = (run, true) }
    var room = Self.nameBytesMax - fields.keys.reduce(0) { $0 + JSONText.quoted($1).utf8.count }
    for (name, seen) in survey.fields.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
      let kinds = seen.kinds & ~JSONKind.nullBit
      let known = fields[name]
      if known == nil {
        room -= JSONText.quoted(name).utf8.count
        if room < 0 || fields.count >= FieldSurvey.fieldsMax { continue }
      }
      let added = kinds & ~(known?.kinds ?? 0)
      let isUsual = firstRun == run || (known != nil && (added == 0 || known?.kinds == 0))
      if !isUsual || known?.isGone == true {
        let what: DriftNote.What = known == nil || known?.isGone == true ? .new : .changed
        let told = what == .new ? kinds : added
        notes.append(
          DriftNote(what: what, run: run, field: name, kinds: JSONKind.names(told), sample: seen.sample(of: told))
        )
      }
      guard known == nil || added != 0 || (known?.last ?? "") < run || known?.isGone == true else { continue }
      fields[name] = Field(kinds: kinds | (known?.kinds ?? 0), last: max(run, known?.last ?? ""))
      isChanged = true
    }
    return notes
  }

  /// Finds what a complete full run did not bring, when all of its segments were added.
  ///
  /// - Returns: What has vanished, each field once.
  mutating func close(run: String) -> [DriftNote] {
    let gone = fields.filter { $0.value.last < run && !$0.value.isGone }.keys
    for name in gone { fields[name]?.isGone = true }
    if !gone.isEmpty { isChanged = true }
    return gone.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map {
      DriftNote(what: .vanished, run: run, field: $0, kinds: [], sample: "")
    }
  }
}

extension FieldRecord {
  /// A file that is not of this form counts as none: what is usual is then learned again.
  init(_ bytes: [UInt8]) {
    guard let value = try? JSONValue(parsing: bytes), case .object(let members)? = value["fields"] else { return }
    firstRun = value["first_run"]?.text
    for member in members {
      guard let kinds = member.value["kinds"]?.integer, let last = member.value["last_run"]?.text else { continue }
      fields[member.name] = Field(
        kinds: UInt16(truncatingIfNeeded: kinds),
        last: last,
        isGone: member.value["gone"] == .bool(true)
      )
    }
  }

  var bytes: [UInt8] {
    let sorted = fields.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    let members = sorted.map { name, field in
      JSONMember(
        name: name,
        value: .object([
          JSONMember(name: "kinds", value: .number("\(field.kinds)")),
          JSONMember(name: "last_run", value: .string(field.last)),
          JSONMember(name: "gone", value: .bool(field.isGone)),
        ])
      )
    }
    let first: JSONValue = firstRun.map { .string($0) } ?? .null
    let value = JSONValue.object([
      JSONMember(name: "first_run", value: first), JSONMember(name: "fields", value: .object(members)),
    ])
    return Array((value.encoded + "\n").utf8)
  }
}

extension JSONKind {
  fileprivate static let nullBit: UInt16 = 1 << UInt16(JSONKind.null.rawValue)

  /// The kinds whose bits are set, as a person names them.
  fileprivate static func names(_ bits: UInt16) -> [String] {
    let all: [(JSONKind, String)] = [
      (.true, "boolean"), (.number, "number"), (.string, "string"), (.array, "array"), (.object, "object"),
    ]
    return all.compactMap { kind, name in bits & (1 << UInt16(kind.rawValue)) == 0 ? nil : name }
  }
}
