internal import JSONText
internal import PipelineConfig
internal import Spool

/// Why a record does not become a row.
struct RowProblem: Error, Equatable {
  var reason: String
  var field: String?
}

/// Makes a row of the target table from a line of the hashed queue.
struct RowProjector {
  private struct Place {
    var column: Column
    /// The name as it begins in the row: `"ListPrice":`
    var label: [UInt8]
    var mustHave: Bool
  }

  private let places: [Place]
  private let cursorType: VersionType
  private let segment: SegmentName
  /// How deep a line has to be looked into: the record's own fields, or as far as the longest pointer leads.
  private let depth: Int

  private static let key = JSONName("key")
  private static let version = JSONName("version")
  private static let operation = JSONName("op")
  private static let hash = JSONName("hash")
  private static let record = JSONName("record")

  init(feed: Feed, segment: SegmentName) {
    let keys = feed.keyColumns.map(\.name)
    places = feed.columns.map { column in
      Place(
        column: column,
        label: Array("\(JSONText.quoted(column.name)):".utf8),
        mustHave: column.required || keys.contains(column.name)
      )
    }
    cursorType = feed.cursor?.type ?? .text
    self.segment = segment
    depth = max(1, feed.columns.map(\.from.tokens.count).max() ?? 1)
  }

  func add(_ line: Span<UInt8>, parser: inout JSONParser, to rows: inout RowSet) throws(RowProblem) {
    do throws(JSONError) { try parser.parse(line, maxDepth: depth) } catch {
      throw RowProblem(reason: "not_json: \(error)")
    }
    let root = parser.root
    guard let key = parser.member(root, Self.key), let hash = parser.member(root, Self.hash),
      let record = parser.member(root, Self.record), let operation = parser.member(root, Self.operation),
      parser.string(operation) == "upsert"
    else { throw RowProblem(reason: "not a line of the hashed queue") }
    let version = try sortableVersion(parser, root)

    // Closures that write take the parser as it is now; it is not parsed again before they return.
    try rows.add(
      version: version,
      key: { $0.appendRaw(key, of: parser) },
      body: { (out) throws(RowProblem) in
        out.append(0x7B)
        for place in places {
          out.append(place.label)
          try append(place, of: record, parser, to: &out)
          out.append(0x2C)
        }
        out.append("\"data_hash\":")
        out.appendRaw(hash, of: parser)
        out.append(",\"data_version\":")
        out.appendQuoted(Array("\(version) \(segment)".utf8).span)
        out.append("}")
      }
    )
  }

  /// The record inside a line of ours; nil when the line is not one.
  func record(of line: Span<UInt8>, parser: inout JSONParser) -> [UInt8]? {
    do throws(JSONError) { try parser.parse(line, maxDepth: 0) } catch { return nil }
    return parser.member(parser.root, Self.record).map { Array(parser.rawString($0).utf8) }
  }

  /// `-` sorts below every version that there is.
  private func sortableVersion(_ parser: borrowing JSONParser, _ root: JSONNode) throws(RowProblem) -> String {
    guard let node = parser.member(root, Self.version), !parser.isNull(node) else { return "-" }
    guard let sortable = VersionOrder.normalise(parser.string(node), type: cursorType) else {
      throw RowProblem(reason: "bad_version")
    }
    return sortable
  }

  private func append(
    _ place: Place,
    of record: JSONNode,
    _ parser: borrowing JSONParser,
    to out: inout OutputBytes
  ) throws(RowProblem) {
    let column = place.column
    guard let value = parser.find(column.from, from: record), !parser.isNull(value) else {
      if place.mustHave {
        throw RowProblem(reason: "column \(column.name): is required and has no value", field: "\(column.from)")
      }
      out.append("null")
      return
    }
    do throws(Misfit) { try column.type.append(value, of: parser, to: &out) } catch {
      throw RowProblem(reason: "column \(column.name): \(error.reason)", field: "\(column.from)")
    }
  }
}
