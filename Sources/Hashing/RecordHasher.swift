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
  private let deletion: DeletionTest?
  private let algorithm: HashAlgorithm
  private let cleans: Bool
  private var canonical: CanonicalJSON
  private var form = OutputBytes(capacity: 1 << 16)
  private(set) var versions = VersionRange()
  private var isVersionAbsent = false
  /// Records that said that they are gone.
  private(set) var deletions = 0
  /// How much of the last line, from its beginning, holds key, version and hash: what makes it an exact repeat of another.
  private(set) var identityCount = 0

  init(feed: Feed) {
    key = feed.key.map { ($0, JSONName($0)) }
    cursor = feed.cursor
    cursorName = feed.cursor.map { JSONName($0.field) }
    deletion = feed.deleteMark.map { DeletionTest($0) }
    algorithm = feed.hash.algorithm
    cleans = feed.unicode == .clean
    canonical = CanonicalJSON(excluding: feed.hash.exclude, numbers: feed.hash.numbers == .exact ? .exact : .doubles)
  }

  /// - Returns: Whether the record had to be cleaned first.
  mutating func appendLine(
    for record: Span<UInt8>,
    parser: inout JSONParser,
    to line: inout OutputBytes
  ) throws(RecordProblem) -> Bool {
    let isCleaned = try parse(record, parser: &parser)
    let root = parser.root
    guard parser.kind(root) == .object else { throw RecordProblem(reason: "not_an_object") }
    line.append("{\"key\":[")
    try appendKey(parser, root, to: &line)
    line.append("],\"version\":")
    try appendVersion(parser, root, to: &line)
    let isDeletion = deletion?.isMet(by: root, of: parser) ?? false
    if isDeletion, isVersionAbsent, cursor != nil {
      // Without a version it would be older than every row, and nobody would know.
      throw RecordProblem(reason: "deletion_without_version", field: cursor?.field)
    }
    line.append(isDeletion ? ",\"op\":\"delete\",\"hash\":\"" : ",\"op\":\"upsert\",\"hash\":\"")
    appendDigest(parser, root, to: &line)
    identityCount = line.count
    line.append("\",\"record\":")
    line.appendRaw(root, of: parser)
    line.append("}")
    if isDeletion { deletions += 1 }
    return isCleaned
  }

  private func parse(_ record: Span<UInt8>, parser: inout JSONParser) throws(RecordProblem) -> Bool {
    do throws(JSONError) {
      if cleans, UnicodeCleaner.mayHoldNUL(record), let cleaned = UnicodeCleaner.clean(record) {
        try parser.parse(cleaned.span)
        return true
      }
      try parser.parse(record)
      return false
    } catch {
      let reason = error.hasTooMany ? "too_many_values" : error.isBadUnicode ? "bad_unicode" : "not_json"
      let problem = RecordProblem(reason: reason, isJSON: false)
      guard cleans, error.isBadUnicode, let cleaned = UnicodeCleaner.clean(record) else { throw problem }
      do throws(JSONError) { try parser.parse(cleaned.span) } catch { throw problem }
      return true
    }
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
      isVersionAbsent = true
      return
    }
    isVersionAbsent = false
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
    form.withBytes { RecordDigest.append(algorithm, of: $0, to: &line) }
  }
}
