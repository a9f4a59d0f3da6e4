internal import JSONText
internal import Spool

/// Records that were put aside, as `/api/v1/rejected` tells of them: never the record, which may hold what is not for everyone.
enum RejectedRows {
  /// The first records of a file. One that cannot be read has none: `weir spool verify` tells why.
  static func read(_ file: RejectedFile, most: Int) throws -> [JSONValue] {
    var rows: [JSONValue] = []
    do {
      var reader = try SegmentReader(file.path)
      _ = try reader.forEachLine { line, _ in
        guard rows.count < most else { throw Full() }
        guard let record = try? RejectedRecord(line) else { return }
        rows.append(
          .of([
            "feed": .string(file.feed), "stage": .string(file.stage.rawValue),
            "segment": .string("\(record.segment)"), "line": .number(record.line), "reason": .string(record.reason),
            "field": .text(record.field),
          ])
        )
      }
    } catch {
      return rows
    }
    return rows
  }

  private struct Full: Error {}
}
