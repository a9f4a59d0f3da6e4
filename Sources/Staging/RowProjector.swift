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
  private struct Place {
    var column: Column
    var pattern: ColumnPattern?
    /// The name as it begins in the row: `"ListPrice":`
    var label: [UInt8]
    var mustHave: Bool
    /// Which of the record's members the value is, or is in; nil for the whole record.
    var member: Int?
  }

  private let places: [Place]
  private let cursorType: VersionType
  /// ` <run>-<sequence>`: what follows a record's own version, and tells which segment brought the row.
  private let suffix: [UInt8]
  /// How deep a line has to be looked into: the record's own fields, or as far as the longest pointer leads.
  private let depth: Int
  private var envelope = MemberFinder(RowProjector.envelopeNames)
  private var members: MemberFinder
  private var version = OutputBytes(capacity: 256)
  /// Values that did not fit and were replaced, in the rows that were added.
  private(set) var replaced = Replaced()
  /// The same in the row being put together, which may yet be put aside.
  private var pending = Replaced()

  struct Replaced {
    var nulled = 0
    var clipped = 0
  }

  /// The members of a line, in the order in which ``add(_:parser:to:)`` names them.
  private static let envelopeNames = ["key", "version", "op", "hash", "record"].map { JSONName($0) }

  init(feed: Feed, segment: SegmentName) {
    let keys = feed.keyColumns.map(\.name)
    var firsts: [String] = []
    places = feed.columns.map { column in
      let member = column.from.tokens.first.map { first in
        if let known = firsts.firstIndex(of: first) { return known }
        firsts.append(first)
        return firsts.count - 1
      }
      return Place(
        column: column,
        pattern: column.rules.pattern.flatMap { ColumnPattern($0) },
        label: Array("\(JSONText.quoted(column.name)):".utf8),
        mustHave: column.required || keys.contains(column.name),
        member: member
      )
    }
    members = MemberFinder(firsts.map { JSONName($0) })
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
    do throws(JSONError) { try parser.parse(line, maxDepth: depth) } catch {
      throw RowProblem(reason: "not_json: \(error)")
    }
    envelope.find(in: parser.root, of: parser)
    guard let key = envelope.values[0], let operation = envelope.values[2], let hash = envelope.values[3],
      let record = envelope.values[4], parser.string(operation) == "upsert"
    else { throw RowProblem(reason: "not a line of the hashed queue") }
    try readVersion(envelope.values[1], parser)
    members.find(in: record, of: parser)

    pending = Replaced()
    try rows.add { (out) throws(RowProblem) in
      out.appendRaw(key, of: parser)
      let keyEnd = out.count
      version.withBytes { out.append($0) }
      let marks = RowSet.Marks(keyEnd: keyEnd, versionEnd: out.count)
      out.append(0x7B)
      for index in places.indices {
        out.append(places[index].label)
        try append(index, of: record, parser, to: &out)
        out.append(0x2C)
      }
      out.append("\"data_hash\":")
      out.appendRaw(hash, of: parser)
      out.append(",\"data_version\":")
      version.withBytes { out.appendQuoted($0) }
      out.append(0x7D)
      return marks
    }
    replaced.nulled += pending.nulled
    replaced.clipped += pending.clipped
  }

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
    let column = places[index].column
    guard let value = value(places[index], of: record, parser), !parser.isNull(value) else {
      if let fallback = column.fallback { return out.append(fallback) }
      guard places[index].mustHave else { return out.append("null") }
      throw RowProblem(reason: "column \(column.name): is required and has no value", field: "\(column.from)")
    }
    let start = out.count
    do throws(Misfit) { try column.append(value, of: parser, matching: places[index].pattern, to: &out) } catch {
      out.truncate(to: start)
      switch column.misfit {
      case .null:
        pending.nulled += 1
        return out.append("null")
      case .clip:
        guard let nearest = error.nearest else { break }
        pending.clipped += 1
        return out.append(nearest)
      case .reject: break
      }
      throw RowProblem(reason: "column \(column.name): \(error.reason)", field: "\(column.from)")
    }
  }

  private func value(_ place: Place, of record: JSONNode, _ parser: borrowing JSONParser) -> JSONNode? {
    guard let member = place.member else { return record }
    guard let value = members.values[member] else { return nil }
    return place.column.from.tokens.count == 1 ? value : parser.find(place.column.from, from: value, skipping: 1)
  }
}
