internal import JSONText
internal import PipelineConfig
internal import Postgres
internal import Spool

/// The keys of the records that hash and stage rejected of a full run.
///
/// Such a record was brought, and its row has not vanished: it keeps what it had until the record is repaired.
struct RejectedKeys {
  /// An end for a WHERE over rows `t`: empty, or ` AND …`.
  let condition: String

  /// Rejected records of a run that are looked at; more are a run from which nothing is concluded.
  static let countMax = 10_000

  /// Types whose text in JSON is their text in PostgreSQL.
  private static let comparable: Set<ColumnType> = [.text, .integer, .bigint, .uuid]

  /// - Returns: Nil when not all of the keys can be known: the files are gone, there are too many, or the key's type is
  ///   written in more ways than one.
  /// - Throws: `SpoolError`.
  init?(feed: Feed, run: RunID, totals: RunTotals, spool: Spool) throws {
    guard totals.rejectedBefore > 0 else {
      condition = ""
      return
    }
    guard totals.rejectedBefore <= Self.countMax, feed.keyColumns.allSatisfy({ Self.comparable.contains($0.type) })
    else {
      return nil
    }
    var found = 0
    var keys: [JSONValue] = []
    for file in try spool.rejected(feed: feed.name) where file.segment.run == run && file.stage != .merge {
      var reader = try SegmentReader(file.path)
      _ = try reader.forEachLine { line, _ in
        found += 1
        let object = try? JSONValue(parsing: unsafe line.withUnsafeBufferPointer { unsafe Array($0) })
        if let record = object?["record"], let key = Self.key(of: record, feed) { keys.append(.array(key)) }
      }
    }
    guard found >= totals.rejectedBefore else { return nil }
    let same = feed.keyColumns.enumerated().map { index, column in
      "lower(r.key->>\(index)) = lower(t.\(Identifier.quoted(column.name))::text)"
    }
    let list = Literal.quoted(JSONValue.array(keys).encoded)
    condition =
      " AND NOT EXISTS (SELECT FROM jsonb_array_elements(\(list)::jsonb) AS r (key) WHERE \(same.joined(separator: " AND ")))"
  }

  /// A record without a key has no row.
  private static func key(of record: JSONValue, _ feed: Feed) -> [JSONValue]? {
    let values = feed.key.compactMap { name -> JSONValue? in
      switch record[name] {
      case .string(let text)? where !text.utf8.contains(0): .string(text)
      case .number(let digits)?: .string(digits)
      default: nil
      }
    }
    return values.count == feed.key.count ? values : nil
  }
}
