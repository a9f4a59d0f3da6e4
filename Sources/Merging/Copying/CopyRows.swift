internal import JSONText
internal import Postgres

/// Turns lines of a staged segment into rows of COPY's text format.
///
/// A staged line has the table's columns as its members, in the order of the pipeline: each value is found where it is
/// expected. A line in another order is looked up by name; one with other members was staged by another configuration.
/// A line whose hash is null is a deletion: it needs its key and its version and may leave the rest away.
struct CopyRows: ~Copyable {
  /// What one column takes from the line.
  struct Column {
    let name: JSONName
    let label: String
    /// Kept as the JSON it was written in; everything else as its text.
    let isJSON: Bool
    /// A deletion has it too.
    let isKey: Bool

    init(_ label: String, isJSON: Bool = false, isKey: Bool = false) {
      name = JSONName(label)
      self.label = label
      self.isJSON = isJSON
      self.isKey = isKey
    }
  }

  /// Why a line cannot be a row.
  struct BadLine: Error, Equatable {
    var reason: String
  }

  /// The rows that are not sent yet.
  private(set) var bytes = OutputBytes(capacity: CopyWriter.pieceByteCount * 5 / 4)
  private var parser = JSONParser()
  private let columns: [Column]
  /// Only these columns of the line, after its number.
  private let isNarrow: Bool
  private var ends: LineEnds?
  private let hash = JSONName(TargetTable.hashColumn)

  /// Deletions among the rows appended so far.
  private(set) var deletions = 0

  init(columns: [Column]) {
    self.columns = columns
    isNarrow = false
  }

  /// Rows of a question: the line's number and these columns, which `ends` finds quickly where it can.
  init(narrow columns: [Column], ends: LineEnds?) {
    self.columns = columns
    self.ends = ends
    isNarrow = true
  }

  /// The least and the greatest key of narrow rows, where they are known.
  var range: ClosedRange<Int64>? { ends?.range }

  /// Whether each key of narrow rows is greater than all before it, as far as that is known.
  var isAscending: Bool { ends?.isAscending ?? false }

  /// The keys of narrow rows, where they are ascending numbers with few gaps.
  var spans: KeySpans? { ends?.spans }

  /// Appends one row: the line of that number, from 1.
  mutating func append(_ line: Span<UInt8>, number: Int = 0) throws(BadLine) {
    if isNarrow {
      let start = bytes.count
      bytes.append("\(number)")
      if ends?.append(line, to: &bytes) == true { return bytes.append(0x0A) }
      bytes.truncate(to: start)
      ends?.forgetRange()
    }
    do {
      // Depth 1: a jsonb column's value is taken as it was written, so nothing has to look inside it.
      try parser.parse(line, maxDepth: 1)
    } catch {
      throw BadLine(reason: "not a staged line: \(error)")
    }
    guard parser.kind(parser.root) == .object else { throw BadLine(reason: "not a staged line: not an object") }
    let isDeletion = parser.member(parser.root, hash).map { parser.isNull($0) } ?? false
    if isDeletion { deletions += 1 }
    if isNarrow {
      try appendNarrow(number)
    } else if try !appendInOrder() {
      try appendByName(isDeletion: isDeletion)
    }
    bytes.append(0x0A)
  }

  /// Sends the rows when they are worth a message, or with `all` whatever there is.
  mutating func send(to writer: inout CopyWriter, all: Bool) throws(PostgresError) {
    guard all || bytes.count >= CopyWriter.pieceByteCount else { return }
    try bytes.withBytes { (rows) throws(PostgresError) in try writer.write(rows) }
    bytes.removeAll()
  }

  /// The fast way: member by member, comparing names. False, with nothing appended, when the order is another.
  private mutating func appendInOrder() throws(BadLine) -> Bool {
    let start = bytes.count
    let object = parser.root
    var at = parser.firstChild(object)
    for index in columns.indices {
      guard let name = at, parser.hasText(name, columns[index].name), let value = parser.next(after: name, in: object)
      else {
        bytes.truncate(to: start)
        return false
      }
      try append(value, columns[index], isFirst: index == 0)
      at = parser.next(after: value, in: object)
    }
    if at == nil { return true }
    bytes.truncate(to: start)
    return false
  }

  /// The columns stand in the line in this order, with others between them; what is not found so is looked up.
  private mutating func appendNarrow(_ number: Int) throws(BadLine) {
    bytes.append("\(number)")
    let start = bytes.count
    let object = parser.root
    var found = 0
    var at = parser.firstChild(object)
    while found < columns.count, let name = at, let value = parser.next(after: name, in: object) {
      if parser.hasText(name, columns[found].name) {
        try append(value, columns[found], isFirst: false)
        found += 1
      }
      at = parser.next(after: value, in: object)
    }
    if found == columns.count { return }
    bytes.truncate(to: start)
    for column in columns {
      guard let value = parser.member(object, column.name) else {
        throw BadLine(reason: "has no column \(column.label): staged for another pipeline.json")
      }
      try append(value, column, isFirst: false)
    }
  }

  private mutating func appendByName(isDeletion: Bool) throws(BadLine) {
    let object = parser.root
    var absent = 0
    for index in columns.indices {
      guard let value = parser.member(object, columns[index].name) else {
        if isDeletion, !columns[index].isKey {
          bytes.append(index == 0 ? "\\N" : "\t\\N")
          absent += 1
          continue
        }
        throw BadLine(reason: "has no column \(columns[index].label): staged for another pipeline.json")
      }
      try append(value, columns[index], isFirst: index == 0)
    }
    guard memberCount(object) == columns.count - absent else {
      throw BadLine(reason: "has columns that the pipeline does not name: staged for another pipeline.json")
    }
  }

  private func memberCount(_ object: JSONNode) -> Int {
    var count = 0
    var at = parser.firstChild(object)
    while let name = at, let value = parser.next(after: name, in: object) {
      count += 1
      at = parser.next(after: value, in: object)
    }
    return count
  }

  private mutating func append(_ value: JSONNode, _ column: Column, isFirst: Bool) throws(BadLine) {
    if !isFirst { bytes.append(0x09) }
    let isWhole: Bool
    switch parser.kind(value) {
    case .null:
      bytes.append("\\N")
      return
    case .number, .true, .false:
      bytes.appendRaw(value, of: parser)
      return
    case .string where !column.isJSON:
      // A string written without escapes has no backslash and no control character in it: JSON does not allow them.
      bytes.appendText(value, of: parser)
      return
    case .escapedString where !column.isJSON:
      isWhole = unsafe parser.withText(value) { text in unsafe CopyText.append(text, to: &bytes) }
    case .string, .escapedString, .array, .object:
      isWhole = unsafe parser.withRaw(value) { text in unsafe CopyText.append(text, to: &bytes) }
    }
    guard isWhole else { throw BadLine(reason: "column \(column.label) holds a NUL, which PostgreSQL cannot hold") }
  }
}
