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

    /// Nothing was asked: all rows of a segment are as they were.
    static func unchanged(_ records: Int, isNoted: Bool) -> Self {
      Self(
        wanted: WantedLines(of: records),
        unchanged: records,
        confirmed: 0,
        backwards: 0,
        distinct: records,
        isNoted: isNoted
      )
    }
  }

  /// Copies key, hash and version of every line, or of some lines.
  func send(only wanted: WantedLines? = nil, on connection: inout Connection) throws -> SegmentCopy.Asked {
    let table = merge.question
    try connection.query("TRUNCATE \(table.qualified)", while: "empty \(table.qualified)")
    return try copy.narrow(to: table, only: wanted, on: &connection)
  }

  /// Joins what was sent with the target, whose rows are locked as the writing needs it: what is found unchanged stays so.
  ///
  /// For a full run the keys are noted here, since the writing sees some of them only.
  ///
  /// - Parameters:
  ///   - circumstances: Of the segment.
  ///   - asked: What was sent.
  ///   - isNoted: The keys have been noted already.
  ///   - connection: In the segment's transaction.
  /// - Returns: The answer, about what was sent.
  /// - Throws: ``NeedsRowsAlone``, ``PostgresError``.
  func ask(
    _ circumstances: FeedMerge.Circumstances,
    about asked: SegmentCopy.Asked,
    isNoted: Bool,
    on connection: inout Connection
  ) throws -> Answer {
    let label = copy.footer.label
    var noting = isNoted ? nil : circumstances.noting
    if let run = noting, merge.seen.takesSpans, let spans = asked.spans {
      try merge.seen.note(spans, of: run, while: "\(label): note keys", on: &connection)
      noting = nil
    }
    let range = rangeInOneGo(of: asked, isAuthoritative: circumstances.isAuthoritative)
    let scope = MergeStatement.Scope(
      segment: label,
      noting: noting,
      run: copy.footer.run.description,
      isAuthoritative: circumstances.isAuthoritative,
      isAlone: circumstances.isAlone,
      overtaken: circumstances.overtaken,
      question: merge.question,
      range: range,
      isOnce: range != nil && asked.isAscending
    )
    let text = merge.statement.question(scope)
    let activity = "\(label): ask \(merge.target.qualified)"
    let rows =
      try range == nil
      ? connection.query(text, while: activity) : connection.joiningByHash { try $0.query(text, while: activity) }
    guard let row = rows.first, let distinct = row[0].flatMap({ Int($0) }), let unchanged = row[1].flatMap({ Int($0) }),
      let confirmed = row[3].flatMap({ Int($0) }), let backwards = row[4].flatMap({ Int($0) })
    else {
      throw PostgresError("no answer", while: activity, exitStatus: .software)
    }
    if confirmed > 0, !circumstances.isAlone { throw NeedsRowsAlone() }
    let wanted = try WantedLines(row[2] ?? "", of: copy.footer.records)
    return Answer(
      wanted: wanted,
      unchanged: unchanged,
      confirmed: confirmed,
      backwards: backwards,
      distinct: distinct,
      isNoted: circumstances.noting != nil
    )
  }

  /// Between which keys the target is read in one go; nil when each key is looked up.
  ///
  /// In a full run by the key, a segment has most of the rows between its first key and its last. To look each of 16,655 keys up took
  /// 46 ms, to read what lies between and join it by hash 32 ms, where every place was taken. Keys that lie farther apart than
  /// every other place are looked up, and so are those of a question that joins with other tables.
  func rangeInOneGo(of asked: SegmentCopy.Asked, isAuthoritative: Bool) -> ClosedRange<Int64>? {
    guard merge.feed.parent == nil, !isAuthoritative, merge.isClose(asked.range, of: asked.count) else { return nil }
    return asked.range
  }
}

extension FeedMerge {
  /// Whether so many rows have most of the keys between their least and their greatest: to look at all that lies between is then quicker
  /// than to look each of them up. For a few it is not worth more messages.
  func isClose(_ range: ClosedRange<Int64>?, of records: Int) -> Bool {
    guard let range, records >= Self.closeMin else { return false }
    let (span, isBeyond) = range.upperBound.subtractingReportingOverflow(range.lowerBound)
    return !isBeyond && span / Self.sparseness < Int64(records)
  }

  static let closeMin = 200

  private static let sparseness: Int64 = 2
}

/// Which lines of a segment are to be sent: a bit for each.
struct WantedLines {
  private var bits: [UInt64]
  private(set) var count = 0

  /// None of so many.
  init(of records: Int) { bits = [UInt64](repeating: 0, count: records / 64 + 1) }

  /// `list` is of numbers from 1, between commas.
  ///
  /// - Throws: ``PostgresError`` when a number is beyond the segment.
  init(_ list: String, of records: Int) throws(PostgresError) {
    self.init(of: records)
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

  /// A line that is not among them yet.
  mutating func insert(_ line: Int) {
    bits[line / 64] |= 1 << (line % 64)
    count += 1
  }

  func contains(_ line: Int) -> Bool { bits[line / 64] & (1 << (line % 64)) != 0 }
}
