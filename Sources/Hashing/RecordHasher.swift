internal import Crypto
internal import JSONText
internal import PipelineConfig

/// Why a record cannot be given a key, a version or a hash.
struct RecordProblem: Error {
  /// A stable name, for people and for scripts.
  var reason: String
  /// The field it is about.
  var field: String?
  /// The record is JSON, and what is wrong lies in it.
  var isJSON = true
}

/// Turns one fetched record after another into a line of the next queue.
struct RecordHasher: ~Copyable {
  private let key: [(field: String, name: JSONName)]
  private let cursor: Cursor?
  private let cursorName: JSONName?
  private var canonical: CanonicalJSON
  private var form = OutputBytes(capacity: 1 << 16)
  private(set) var versions = VersionRange()
  /// How much of the last line, from its beginning, holds key, version and hash: what makes it an exact repeat of another.
  private(set) var identityCount = 0

  private static let hexDigits: [UInt8] = Array("0123456789abcdef".utf8)

  init(feed: Feed) {
    key = feed.key.map { ($0, JSONName($0)) }
    cursor = feed.cursor
    cursorName = feed.cursor.map { JSONName($0.field) }
    canonical = CanonicalJSON(excluding: feed.hash.exclude)
  }

  mutating func appendLine(
    for record: Span<UInt8>,
    parser: inout JSONParser,
    to line: inout OutputBytes
  ) throws(RecordProblem) {
    do throws(JSONError) { try parser.parse(record) } catch {
      throw RecordProblem(reason: error.isBadUnicode ? "bad_unicode" : "not_json", isJSON: false)
    }
    let root = parser.root
    guard parser.kind(root) == .object else { throw RecordProblem(reason: "not_an_object") }
    line.append("{\"key\":[")
    try appendKey(parser, root, to: &line)
    line.append("],\"version\":")
    try appendVersion(parser, root, to: &line)
    line.append(",\"op\":\"upsert\",\"hash\":\"")
    appendDigest(parser, root, to: &line)
    identityCount = line.count
    line.append("\",\"record\":")
    line.appendRaw(root, of: parser)
    line.append("}")
  }

  private mutating func appendKey(
    _ parser: borrowing JSONParser,
    _ root: JSONNode,
    to line: inout OutputBytes
  ) throws(RecordProblem) {
    for (index, part) in key.enumerated() {
      guard let value = parser.member(root, part.name) else { throw RecordProblem(reason: "no_key", field: part.field) }
      switch parser.kind(value) {
      case .null, .array, .object: throw RecordProblem(reason: "no_key", field: part.field)
      case .true, .false, .number, .string, .escapedString: break
      }
      if index > 0 { line.append(0x2C) }
      canonical.append(value, of: parser, to: &line)
    }
  }

  private mutating func appendVersion(
    _ parser: borrowing JSONParser,
    _ root: JSONNode,
    to line: inout OutputBytes
  ) throws(RecordProblem) {
    guard let cursor, let cursorName, let value = parser.member(root, cursorName), !parser.isNull(value) else {
      line.append("null")
      return
    }
    let isScalar = parser.kind(value).isString || parser.kind(value) == .number
    let isVersion = unsafe parser.withText(value) { text in
      let text = unsafe Span(_unsafeElements: text)
      guard isScalar, versions.add(text, type: cursor.type) else { return false }
      line.appendQuoted(text)
      return true
    }
    guard isVersion else { throw RecordProblem(reason: "bad_version", field: cursor.field) }
  }

  private mutating func appendDigest(_ parser: borrowing JSONParser, _ root: JSONNode, to line: inout OutputBytes) {
    form.removeAll()
    canonical.append(root, of: parser, to: &form)
    let digest = form.withBytes { bytes in unsafe bytes.withUnsafeBytes { unsafe Insecure.MD5.hash(data: $0) } }
    for byte in digest {
      line.append(Self.hexDigits[Int(byte >> 4)])
      line.append(Self.hexDigits[Int(byte & 15)])
    }
  }
}
