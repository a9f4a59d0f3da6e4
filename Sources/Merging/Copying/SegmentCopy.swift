internal import PipelineConfig
internal import Postgres
internal import Spool
internal import SystemPackage

/// Copies a staged segment into a worker's staging table.
struct SegmentCopy {
  var footer: SegmentFooter
  let path: FilePath
  let staging: StagingTable
  let checksCount: Bool

  /// What is in the staging table now.
  struct Copied {
    var deletions = 0
    /// Lines that are not there because PostgreSQL refused them, in order, from 1.
    var refused: [(line: Int, error: PostgresError)] = []

    /// The line of the row at an index of the staging table.
    func line(at index: Int) -> Int {
      var line = index + 1
      for skipped in refused where skipped.line <= line { line += 1 }
      return line
    }
  }

  /// What the question's table holds.
  struct Asked {
    /// Lines that are deletions.
    var deletions = 0
    /// The least and the greatest key; nil where ``LineEnds`` does not know them: keys of other types or several columns, a line
    /// that had to be parsed, such as a deletion.
    var range: ClosedRange<Int64>?
    /// Each key is greater than all before it, so each is there once.
    var isAscending = false
    /// The keys, where they ascend and have few gaps.
    var spans: KeySpans?
    /// Lines that were copied.
    var count = 0
  }

  /// Copies every line, or throws.
  func whole(on connection: inout Connection) throws -> Copied {
    try empty(&connection)
    let (sent, deletions) = try copy({ _ in true }, &connection)
    guard sent == footer.records else {
      throw MergeError.miscounted(segment: footer.label, sent: footer.records, accepted: sent)
    }
    return Copied(deletions: deletions)
  }

  /// Copies the lines that an answer wants.
  func only(_ wanted: WantedLines, on connection: inout Connection) throws -> Copied {
    try empty(&connection)
    let (sent, deletions) = try copy({ wanted.contains($0) }, &connection)
    guard sent == wanted.count else {
      throw MergeError.miscounted(segment: footer.label, sent: wanted.count, accepted: sent)
    }
    return Copied(deletions: deletions)
  }

  /// Copies every line into the target itself.
  ///
  /// - Parameters:
  ///   - target: Where to.
  ///   - connection: In the segment's transaction.
  ///   - check: Sees each line before it is sent; what it throws ends the COPY.
  /// - Returns: How many rows.
  /// - Throws: ``NotAllNew`` when deletions are among the lines, what `check` throws, ``MergeError`` or `PostgresError`.
  func straight(
    into target: TargetTable,
    on connection: inout Connection,
    checking check: (Span<UInt8>) throws -> Void
  ) throws -> Int {
    let rows = CopyRows(columns: staging.rows)
    let (sent, asked) = try send(statement(target.qualified), rows, worksAtEnd: true, &connection) { line, _ in
      try check(line)
      return true
    }
    guard sent == footer.records else {
      throw MergeError.miscounted(segment: footer.label, sent: footer.records, accepted: sent)
    }
    guard asked.deletions == 0 else { throw NotAllNew() }
    return sent
  }

  /// Copies key, hash and version of every line, or of some lines.
  func narrow(
    to table: QuestionTable,
    only wanted: WantedLines? = nil,
    on connection: inout Connection
  ) throws -> Asked {
    let list = [Identifier.quoted(QuestionTable.lineColumn)] + table.rows.map { Identifier.quoted($0.label) }
    let statement = "COPY \(table.qualified) (\(list.joined(separator: ", "))) FROM STDIN"
    let rows = CopyRows(narrow: table.rows, ends: table.ends)
    let (sent, asked) = try send(statement, rows, &connection) { wanted?.contains($1) ?? true }
    let expected = wanted?.count ?? footer.records
    guard sent == expected else {
      throw MergeError.miscounted(segment: footer.label, sent: expected, accepted: sent)
    }
    return asked
  }

  /// Reads every line and digests key, hash and version.
  ///
  /// - Returns: Nil when a line is none that ``SegmentDigester`` takes, or there is none.
  func digests(for feed: Feed) throws -> SegmentDigests? {
    guard var digester = SegmentDigester(for: feed) else { return nil }
    var reader = try SegmentReader(path)
    guard reader.footer == footer else { throw MergeError.replaced(segment: footer.label) }
    var isTaken = true
    var count = 0
    // Read to the end whatever they are: damage is found there.
    _ = try reader.forEachLine { line, _ in
      isTaken = isTaken && digester.take(line)
      count += 1
    }
    guard count == footer.records || !checksCount else {
      throw MergeError.miscounted(segment: footer.label, sent: footer.records, accepted: count)
    }
    return isTaken ? digester.finish() : nil
  }

  /// Copies every line that PostgreSQL takes.
  ///
  /// The line that the server names is a hint: it is tried by itself, and when it is taken the part is halved.
  ///
  /// - Throws: ``TooManyRefused``, ``MergeError`` or ``PostgresError``.
  func sifted(refusedMax: Int, on connection: inout Connection) throws -> Copied {
    try empty(&connection)
    var copied = Copied()
    var parts = [1..<footer.records + 1]
    while let part = parts.popLast() {
      do {
        copied.deletions += try connection.attempt { try copy({ part.contains($0) }, &$0).deletions }
      } catch let error as PostgresError where error.isDataError {
        guard part.count > 1 else {
          copied.refused.append((part.lowerBound, error))
          guard copied.refused.count <= refusedMax else {
            throw TooManyRefused(count: copied.refused.count, first: copied.refused[0].error)
          }
          continue
        }
        let named = part.lowerBound + (error.copyLine ?? 0) - 1
        let bad = part.contains(named) ? try refusal(of: named, &connection) : nil
        let middle = bad == nil ? part.lowerBound + part.count / 2 : named
        let rest = bad == nil ? [middle..<part.upperBound] : [middle + 1..<part.upperBound, middle..<middle + 1]
        parts += (rest + [part.lowerBound..<middle]).filter { !$0.isEmpty }
      }
    }
    return copied
  }

  /// Why a line by itself is refused; nil when it is not. Nothing is left of it either way.
  private func refusal(of line: Int, _ connection: inout Connection) throws -> PostgresError? {
    struct Taken: Error {}
    do {
      try connection.attempt { connection in
        _ = try copy({ $0 == line }, &connection)
        throw Taken()
      }
    } catch let error as PostgresError where error.isDataError {
      return error
    } catch is Taken {}
    return nil
  }

  private func empty(_ connection: inout Connection) throws(PostgresError) {
    try connection.query("TRUNCATE \(staging.qualified)", while: "empty \(staging.qualified)")
  }

  private func copy(_ isWanted: (Int) -> Bool, _ connection: inout Connection) throws -> (sent: Int, deletions: Int) {
    let rows = CopyRows(columns: staging.rows)
    let (sent, asked) = try send(statement(staging.qualified), rows, &connection) { _, number in isWanted(number) }
    return (sent, asked.deletions)
  }

  private func statement(_ table: String) -> String {
    "COPY \(table) (\(staging.columns.map(Identifier.quoted).joined(separator: ", "))) FROM STDIN"
  }

  private func send(
    _ statement: String,
    _ rows: consuming CopyRows,
    worksAtEnd: Bool = false,
    _ connection: inout Connection,
    _ isWanted: (_ line: Span<UInt8>, _ number: Int) throws -> Bool
  ) throws -> (sent: Int, asked: Asked) {
    var sent = 0
    var asked = Asked()
    let accepted = try connection.copy(statement, while: "\(footer.label): COPY", worksAtEnd: worksAtEnd) { writer in
      var reader = try SegmentReader(path)
      guard reader.footer == footer else { throw MergeError.replaced(segment: footer.label) }
      _ = try reader.forEachLine { line, number in
        guard try isWanted(line, number) else { return }
        do throws(CopyRows.BadLine) {
          try rows.append(line, number: number)
        } catch {
          throw MergeError.badLine(segment: footer.label, line: number, reason: error.reason)
        }
        sent += 1
        try rows.send(to: &writer, all: false)
      }
      try rows.send(to: &writer, all: true)
      asked = Asked(
        deletions: rows.deletions,
        range: rows.range,
        isAscending: rows.isAscending,
        spans: rows.spans,
        count: sent
      )
    }
    // A COPY can end early and succeed, and a server that crashed meanwhile has emptied the table.
    guard accepted == sent || !checksCount else {
      throw MergeError.miscounted(segment: footer.label, sent: sent, accepted: accepted)
    }
    return (sent, asked)
  }
}
