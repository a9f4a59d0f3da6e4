internal import PipelineConfig
internal import Postgres
internal import Spool
internal import Telemetry

/// Asks before sending: the database says which rows of a segment it lacks, and only those are sent.
///
/// Most rows of most runs are unchanged, and sending them is the dearest step. The answer saves work and decides nothing:
/// the statement that writes looks again.
struct Question {
  let copy: SegmentCopy
  let merge: FeedMerge

  struct Answer {
    /// New, changed or deleted as far as key, hash and version tell; whether a parent is missing is not looked at.
    var wanted: WantedLines
    var unchanged: Int
    /// Of the unchanged, those whose newer stamp was noted.
    var confirmed: Int
    /// Of those that are not wanted, the ones whose stamp went backwards.
    var backwards: Int
    /// Distinct keys.
    var distinct: Int
    /// The keys were noted for a full run.
    var isNoted: Bool
  }

  /// Copies key, hash and version of every line.
  func send(on connection: inout Connection) throws -> SegmentCopy.Asked {
    let table = merge.question
    try connection.query("TRUNCATE \(table.qualified)", while: "empty \(table.qualified)")
    return try copy.narrow(to: table, on: &connection)
  }

  /// Joins what was sent with the target, whose rows are locked as the writing needs it: what is found unchanged stays so.
  ///
  /// For a full run the keys are noted here, since the writing sees some of them only.
  ///
  /// - Throws: ``NeedsRowsAlone``, ``PostgresError``.
  func ask(
    _ circumstances: FeedMerge.Circumstances,
    about asked: SegmentCopy.Asked,
    on connection: inout Connection
  ) throws -> Answer {
    let label = copy.footer.label
    // What joins with other tables is better off as it is.
    let isPlain = merge.feed.parent == nil && !circumstances.isAuthoritative
    let range = asked.range.flatMap { isPlain && isDense($0) ? $0 : nil }
    let scope = MergeStatement.Scope(
      segment: label,
      noting: circumstances.noting,
      run: copy.footer.run.description,
      isAuthoritative: circumstances.isAuthoritative,
      isAlone: circumstances.isAlone,
      overtaken: circumstances.overtaken,
      question: merge.question,
      range: range
    )
    let text = merge.statement.question(scope)
    let rows = try inOneGo(range != nil, &connection) {
      try $0.query(text, while: "\(label): ask \(merge.target.qualified)")
    }
    guard let row = rows.first, let distinct = row[0].flatMap({ Int($0) }), let unchanged = row[1].flatMap({ Int($0) }),
      let confirmed = row[3].flatMap({ Int($0) }), let backwards = row[4].flatMap({ Int($0) })
    else {
      throw PostgresError("no answer", while: "\(label): ask \(merge.target.qualified)", exitStatus: .software)
    }
    if confirmed > 0, !circumstances.isAlone { throw NeedsRowsAlone() }
    let wanted = try WantedLines(row[2] ?? "", of: copy.footer.records)
    return Answer(
      wanted: wanted,
      unchanged: unchanged,
      confirmed: confirmed,
      backwards: backwards,
      distinct: distinct,
      isNoted: scope.noting != nil
    )
  }

  /// In a full run by the key, a segment has most of the rows between its first key and its last.
  ///
  /// To look each of 16,655 keys up took 46 ms, to read what lies between and join it by hash 32 ms, where every place was taken.
  /// Keys that lie farther apart than every other place are looked up.
  private func isDense(_ range: ClosedRange<Int64>) -> Bool {
    let (span, isBeyond) = range.upperBound.subtractingReportingOverflow(range.lowerBound)
    let records = copy.footer.records
    return records >= Self.recordsMin && !isBeyond && span / Self.sparseness < Int64(records)
  }

  /// For fewer it is not worth two more messages.
  private static let recordsMin = 200

  private static let sparseness: Int64 = 2

  /// The planner knows nothing of the question's rows, since there is no ANALYZE, and would look up each key.
  private func inOneGo<Value>(
    _ applies: Bool,
    _ connection: inout Connection,
    _ body: (inout Connection) throws -> Value
  ) throws -> Value {
    guard applies else { return try body(&connection) }
    try connection.executeScript("SET LOCAL enable_nestloop = off", while: "prepare a question")
    let value = try body(&connection)
    try connection.executeScript("SET LOCAL enable_nestloop TO DEFAULT", while: "prepare the merge")
    return value
  }
}

/// Which lines of a segment are to be sent: a bit for each.
struct WantedLines {
  private var bits: [UInt64]
  private(set) var count = 0

  /// `list` is of numbers from 1, between commas.
  ///
  /// - Throws: ``PostgresError`` when a number is beyond the segment.
  init(_ list: String, of records: Int) throws(PostgresError) {
    bits = [UInt64](repeating: 0, count: records / 64 + 1)
    var number = 0
    var isNumber = false
    for byte in list.utf8 {
      if byte == UInt8(ascii: ",") {
        insert(number)
        number = 0
      } else {
        number = number * 10 + Int(byte &- 0x30)
        isNumber = true
      }
      guard number <= records else {
        throw PostgresError("an answer beyond the segment", while: "ask", exitStatus: .software)
      }
    }
    if isNumber { insert(number) }
  }

  private mutating func insert(_ line: Int) {
    bits[line / 64] |= 1 << (line % 64)
    count += 1
  }

  func contains(_ line: Int) -> Bool { bits[line / 64] & (1 << (line % 64)) != 0 }
}
