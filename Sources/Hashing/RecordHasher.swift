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

/// Turns fetched records into lines of the next queue, some dozens at a time, so that their digests are made together.
struct RecordHasher: ~Copyable {
  /// A line whose digest is still to be made: where in `lines` its parts are.
  private struct Waiting {
    var start: Int
    /// Where its digest's digits go. What is before them, and they, make the line an exact repeat of another.
    var digest: Int
    var end: Int
  }

  private let key: [(field: String, name: JSONName)]
  private let cursor: Cursor?
  private let cursorName: JSONName?
  private let deletion: DeletionTest?
  private let cleans: Bool
  private var canonical: CanonicalJSON
  private var lines = OutputBytes(capacity: 1 << 18)
  private var waiting: [Waiting] = []
  private var batch: DigestBatch
  /// Zeros, as many as the digest has digits.
  private let blank: [UInt8]
  private(set) var versions = VersionRange()
  private var isVersionAbsent = false
  /// Records that said that they are gone.
  private(set) var deletions = 0

  /// Lines that wait at most: four for each of the sixteen that MD5 takes side by side keep nearly all of them busy.
  private static let waitingMax = 64
  /// Bytes of lines, or of their canonical forms, that wait at most, but for one record that is larger alone.
  private static let waitingBytesMax = 1 << 18

  init(feed: Feed) {
    key = feed.key.map { ($0, JSONName($0)) }
    cursor = feed.cursor
    cursorName = feed.cursor.map { JSONName($0.field) }
    deletion = feed.deleteMark.map { DeletionTest($0) }
    batch = DigestBatch(feed.hash.algorithm)
    blank = Array(repeating: 0x30, count: feed.hash.algorithm.digitCount)
    cleans = feed.unicode == .clean
    canonical = CanonicalJSON(excluding: feed.hash.exclude, numbers: feed.hash.numbers == .exact ? .exact : .doubles)
  }

  /// The lines that wait are as many as should; ``takeLines(_:)`` them.
  var isFull: Bool {
    waiting.count >= Self.waitingMax || max(lines.count, batch.byteCount) >= Self.waitingBytesMax
  }

  /// Adds a record. Nothing of it stays when this throws.
  ///
  /// - Returns: Whether the record had to be cleaned first.
  mutating func add(_ record: Span<UInt8>, parser: inout JSONParser) throws(RecordProblem) -> Bool {
    let isCleaned = try parse(record, parser: &parser)
    let root = parser.root
    guard parser.kind(root) == .object else { throw RecordProblem(reason: "not_an_object") }
    let start = lines.count
    do throws(RecordProblem) {
      try append(root, of: parser)
    } catch {
      lines.truncate(to: start)
      throw error
    }
    return isCleaned
  }

  private mutating func append(_ root: JSONNode, of parser: borrowing JSONParser) throws(RecordProblem) {
    let start = lines.count
    lines.append("{\"key\":[")
    try appendKey(parser, root)
    lines.append("],\"version\":")
    try appendVersion(parser, root)
    let isDeletion = deletion?.isMet(by: root, of: parser) ?? false
    if isDeletion, isVersionAbsent, cursor != nil {
      // Without a version it would be older than every row, and nobody would know.
      throw RecordProblem(reason: "deletion_without_version", field: cursor?.field)
    }
    lines.append(isDeletion ? ",\"op\":\"delete\",\"hash\":\"" : ",\"op\":\"upsert\",\"hash\":\"")
    let digest = lines.count
    lines.append(blank)
    lines.append("\",\"record\":")
    lines.appendRaw(root, of: parser)
    lines.append("}")
    waiting.append(Waiting(start: start, digest: digest, end: lines.count))
    Self.add(root, of: parser, as: &canonical, to: &batch)
    if isDeletion { deletions += 1 }
  }

  /// Makes the digests of the lines that wait and hands them on in their order.
  ///
  /// - Parameter body: Gets a line, and how much of it, from its beginning, holds key, version and hash: what makes it an
  ///   exact repeat of another.
  /// - Throws: What `body` throws.
  mutating func takeLines<E: Error>(_ body: (Span<UInt8>, _ identityCount: Int) throws(E) -> Void) throws(E) {
    Self.fill(&lines, at: waiting, with: &batch)
    for line in waiting {
      try lines.withBytes { all throws(E) in
        try body(all.extracting(line.start..<line.end), line.digest + blank.count - line.start)
      }
    }
    waiting.removeAll(keepingCapacity: true)
    lines.removeAll()
    batch.removeAll()
  }

  private static func add(
    _ root: JSONNode,
    of parser: borrowing JSONParser,
    as canonical: inout CanonicalJSON,
    to batch: inout DigestBatch
  ) {
    batch.add { canonical.append(root, of: parser, to: &$0) }
  }

  private static func fill(_ lines: inout OutputBytes, at waiting: [Waiting], with batch: inout DigestBatch) {
    batch.forEachDigest { index, digits in lines.replace(at: waiting[index].digest, with: digits) }
  }

  private func parse(_ record: Span<UInt8>, parser: inout JSONParser) throws(RecordProblem) -> Bool {
    do throws(JSONError) {
      if cleans, UnicodeCleaner.mayHoldNUL(record), let cleaned = UnicodeCleaner.clean(record) {
        try parser.parse(cleaned.span)
        return true
      }
      // The line outlives this record's nodes: they are asked for no longer than the line is added.
      try unsafe parser.parse(inPlace: record)
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
    _ root: JSONNode
  ) throws(RecordProblem) {
    for (index, part) in key.enumerated() {
      guard let value = parser.member(root, part.name) else { throw RecordProblem(reason: "no_key", field: part.field) }
      switch parser.kind(value) {
      case .null, .array, .object: throw RecordProblem(reason: "no_key", field: part.field)
      case .true, .false, .number, .string, .escapedString: break
      }
      if index > 0 { lines.append(0x2C) }
      canonical.append(value, of: parser, to: &lines)
    }
  }

  private mutating func appendVersion(
    _ parser: borrowing JSONParser,
    _ root: JSONNode
  ) throws(RecordProblem) {
    guard let cursor, let cursorName, let value = parser.member(root, cursorName), !parser.isNull(value) else {
      lines.append("null")
      isVersionAbsent = true
      return
    }
    isVersionAbsent = false
    let isScalar = parser.kind(value).isString || parser.kind(value) == .number
    let isVersion = unsafe parser.withText(value) { text in
      let text = unsafe Span(_unsafeElements: text)
      guard isScalar, versions.add(text, type: cursor.type) else { return false }
      lines.appendQuoted(text)
      return true
    }
    guard isVersion else { throw RecordProblem(reason: "bad_version", field: cursor.field) }
  }
}
