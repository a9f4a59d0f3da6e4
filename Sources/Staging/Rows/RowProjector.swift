internal import JSONText
internal import PipelineConfig
internal import Spool

/// Why a record does not become a row.
struct RowProblem: Error, Equatable {
  var reason: String
  var field: String?
}

/// Makes a row of the target table from a line of the hashed queue.
struct RowProjector: ~Copyable {
  /// What is asked of a column for every record. Holds no references: counting them was a fifth of stage's time.
  private struct Place {
    var type: ColumnType
    /// Nothing but the type is to be looked at.
    var isPlain: Bool
    var mustHave: Bool
    var isKey: Bool
    /// Which of the record's members the value is, or is in; -1 for the whole record.
    var member: Int
    /// The value is that member itself.
    var isMember: Bool
    /// The value is an object of what no other column takes.
    var isRest: Bool
    /// A check asks how many of its values are null.
    var isWatched: Bool
    /// Where the column's name as it begins in the row, `"ListPrice":`, ends in `labels`.
    var labelEnd: Int
  }

  private let places: [Place]
  private let labels: [UInt8]
  /// The same columns, for what is rarely asked.
  private let columns: [Column]
  private let patterns: [ColumnPattern?]
  private let cursorType: VersionType
  /// A field that no column takes puts the record aside.
  private let rejectsOthers: Bool
  /// ` <run>-<sequence>`: what follows a record's own version, and tells which segment brought the row.
  private let suffix: [UInt8]
  /// How deep a line has to be looked into: the record's own fields, or as far as the longest pointer leads.
  private let depth: Int
  private var envelope = MemberFinder(RowProjector.envelopeNames)
  private var members: MemberFinder
  private var version = OutputBytes(capacity: 256)
  /// What was counted in the rows that were added, by column.
  private var counts: [Counts]
  private var rowCount = 0
  /// What happened in the row being put together, which may yet be put aside.
  private var pending: [Event] = []

  private struct Counts {
    var nulls = 0
    var nulled = 0
    var clipped = 0
  }

  private enum Event {
    case null(Int)
    case nulled(Int)
    case clipped(Int)
  }

  /// The members of a line, in the order in which ``add(_:parser:to:)`` names them.
  private static let envelopeNames = ["key", "version", "op", "hash", "record"].map { JSONName($0) }

  private static let upsert = JSONName("upsert")
  private static let delete = JSONName("delete")

  init(feed: Feed, segment: SegmentName) {
    let keys = feed.keyColumns.map(\.name)
    let watched = feed.checks.nullColumns
    var firsts: [String] = []
    var labels: [UInt8] = []
    places = feed.columns.map { column in
      let tokens = column.from.tokens
      var member = -1
      if let first = tokens.first {
        // By bytes: String's own == takes two names for one that JSON keeps apart.
        member = firsts.firstIndex { $0.utf8.elementsEqual(first.utf8) } ?? firsts.count
        if member == firsts.count { firsts.append(first) }
      }
      labels += "\(JSONText.quoted(column.name)):".utf8
      return Place(
        type: column.type,
        isPlain: column.isPlain,
        mustHave: column.required || keys.contains(column.name),
        isKey: keys.contains(column.name),
        member: member,
        isMember: tokens.count == 1,
        isRest: column.isRest,
        isWatched: watched.contains(column.name),
        labelEnd: labels.count
      )
    }
    self.labels = labels
    columns = feed.columns
    counts = Array(repeating: Counts(), count: feed.columns.count)
    patterns = feed.columns.map { $0.rules.pattern.flatMap { ColumnPattern($0) } }
    // Fields that the pipeline names without a column are known all the same.
    var known = firsts
    let named = feed.hash.exclude + [feed.cursor?.field, feed.deleteMark?.field].compactMap { $0 }
    for name in named where !known.contains(where: { $0.utf8.elementsEqual(name.utf8) }) { known.append(name) }
    members = MemberFinder(known.map { JSONName($0) })
    rejectsOthers = feed.unmapped == .reject
    cursorType = feed.cursor?.type ?? .text
    suffix = Array(" \(segment)".utf8)
    // The elements of an array are looked at one by one, so it is entered.
    depth = max(1, feed.columns.map { $0.from.tokens.count + ($0.type == .textArray ? 1 : 0) }.max() ?? 1)
  }

  mutating func add(
    _ line: Span<UInt8>,
    parser: inout JSONParser,
    to rows: inout RowSet
  ) throws(RowProblem) {
    // The line outlives its nodes: they are asked for no longer than the row is added.
    do throws(JSONError) { try unsafe parser.parse(inPlace: line, maxDepth: depth) } catch {
      throw RowProblem(reason: "not_json: \(error)")
    }
    envelope.find(in: parser.root, of: parser)
    guard let key = envelope.value(0), let operation = envelope.value(2), let hash = envelope.value(3),
      let record = envelope.value(4),
      parser.hasText(operation, Self.upsert) || parser.hasText(operation, Self.delete)
    else { throw RowProblem(reason: "not a line of the hashed queue") }
    try readVersion(envelope.value(1), parser)
    members.find(in: record, of: parser)
    if rejectsOthers, members.hasOthers, let other = members.otherNames.first {
      let name = parser.string(other)
      throw RowProblem(reason: "field \(name): is mapped by no column", field: "\(JSONPointer(member: name))")
    }

    pending.removeAll(keepingCapacity: true)
    let isDeletion = parser.hasText(operation, Self.delete)
    try rows.add { (head) in
      head.appendRaw(key, of: parser)
      let keyEnd = head.count
      version.withBytes { head.append($0) }
      return keyEnd
    } body: { (out) throws(RowProblem) in
      out.append(0x7B)
      var label = 0
      for index in places.indices {
        out.append(labels.span.extracting(label..<places[index].labelEnd))
        label = places[index].labelEnd
        // A record that is gone says no more than its key; merge knows it by its hash, which is null.
        if isDeletion, !places[index].isKey {
          out.append("null")
        } else {
          let start = out.count
          try append(index, of: record, parser, to: &out)
          if places[index].isWatched, out.text(from: start) == "null" { pending.append(.null(index)) }
        }
        out.append(0x2C)
      }
      out.append("\"data_hash\":")
      if isDeletion { out.append("null") } else { out.appendRaw(hash, of: parser) }
      out.append(",\"data_version\":")
      version.withBytes { out.appendQuoted($0) }
      out.append(0x7D)
    }
    if !isDeletion { rowCount += 1 }
    for event in pending {
      switch event {
      case .null(let index): counts[index].nulls += 1
      case .nulled(let index): counts[index].nulled += 1
      case .clipped(let index): counts[index].clipped += 1
      }
    }
  }

  /// What was counted in the rows so far.
  var figures: RunFigures {
    var figures = RunFigures()
    figures.rows = rowCount
    for (column, counts) in zip(columns, counts) {
      let counted = RunFigures.Column(nulls: counts.nulls, nulled: counts.nulled, clipped: counts.clipped)
      if !counted.isNothing { figures.columns[column.name] = counted }
    }
    return figures
  }

  /// What the records so far had.
  mutating func takeSurvey() -> FieldSurvey { members.takeSurvey() }

  /// The record inside a line of ours; nil when the line is not one.
  func record(of line: Span<UInt8>, parser: inout JSONParser) -> [UInt8]? {
    do throws(JSONError) { try parser.parse(line, maxDepth: 0) } catch { return nil }
    return parser.member(parser.root, Self.envelopeNames[4]).map { Array(parser.rawString($0).utf8) }
  }
}

extension RowProjector {
  /// Makes the row's data version; `-` sorts below every version that there is.
  private mutating func readVersion(_ node: JSONNode?, _ parser: borrowing JSONParser) throws(RowProblem) {
    version.removeAll()
    if let node, !parser.isNull(node) {
      let type = cursorType
      let isVersion = unsafe parser.withText(node) { text in
        VersionOrder.append(unsafe Span(_unsafeElements: text), type: type, to: &version)
      }
      guard isVersion else { throw RowProblem(reason: "bad_version") }
    } else {
      version.append("-")
    }
    version.append(suffix)
  }

  private mutating func append(
    _ index: Int,
    of record: JSONNode,
    _ parser: borrowing JSONParser,
    to out: inout OutputBytes
  ) throws(RowProblem) {
    let place = places[index]
    guard let value = value(index, of: record, parser), !parser.isNull(value) else {
      return try appendAbsent(index, to: &out)
    }
    let start = out.count
    do throws(Misfit) {
      if place.isRest { return try appendRest(parser, to: &out) }
      if place.isPlain { return try place.type.append(value, of: parser, to: &out) }
      try columns[index].append(value, of: parser, matching: patterns[index], to: &out)
    } catch {
      out.truncate(to: start)
      try replace(index, error, to: &out)
    }
  }

  /// The fields that no column takes, as they were written.
  private func appendRest(_ parser: borrowing JSONParser, to out: inout OutputBytes) throws(Misfit) {
    out.append(0x7B)
    for (index, name) in members.otherNames.enumerated() {
      if index > 0 { out.append(0x2C) }
      try ColumnType.jsonb.append(name, of: parser, to: &out)
      out.append(0x3A)
      try ColumnType.jsonb.append(parser.memberValue(name), of: parser, to: &out)
    }
    out.append(0x7D)
  }

  private func appendAbsent(_ index: Int, to out: inout OutputBytes) throws(RowProblem) {
    if let fallback = columns[index].fallback { return out.append(fallback) }
    guard places[index].mustHave else { return out.append("null") }
    let name = columns[index].name
    throw RowProblem(reason: "column \(name): is required and has no value", field: "\(columns[index].from)")
  }

  /// Puts something in the place of a value that does not fit, as the column has it.
  private mutating func replace(_ index: Int, _ misfit: Misfit, to out: inout OutputBytes) throws(RowProblem) {
    let column = columns[index]
    switch column.misfit {
    case .null:
      pending.append(.nulled(index))
      return out.append("null")
    case .clip:
      guard let nearest = misfit.nearest else { break }
      pending.append(.clipped(index))
      return out.append(nearest)
    case .reject: break
    }
    throw RowProblem(reason: "column \(column.name): \(misfit.reason)", field: "\(column.from)")
  }

  private func value(_ index: Int, of record: JSONNode, _ parser: borrowing JSONParser) -> JSONNode? {
    let place = places[index]
    guard place.member >= 0 else { return record }
    guard let value = members.value(place.member) else { return nil }
    return place.isMember ? value : parser.find(columns[index].from, from: value, skipping: 1)
  }
}
