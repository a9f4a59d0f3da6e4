internal import JSONText
public import PipelineConfig
internal import Postgres

/// An index that merging and reading a feed's table want, named after the table and the columns.
public struct WantedIndex: Equatable, Sendable {
  public var table: String
  public var columns: [String]
  /// The key, without which nothing can be merged.
  public var isUnique: Bool

  /// As PostgreSQL itself would name it; where that is too long, cut, with a number made of the whole.
  public var name: String {
    let name = ([table] + columns + [isUnique ? "key" : "idx"]).joined(separator: "_")
    guard name.utf8.count > Identifier.byteCountMax else { return name }
    var hash: UInt32 = 0x811C_9DC5
    for byte in name.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    let end = "_\(String(hash, radix: 36))_\(isUnique ? "key" : "idx")"
    var start = name
    while start.utf8.count + end.utf8.count > Identifier.byteCountMax { start.removeLast() }
    return start + end
  }

  /// Of each feed: the key, the stamp of the latest change, the parent with that stamp, and what marks a row as deleted.
  ///
  /// Feeds into one table want an index once.
  public static func all(of pipeline: Pipeline) -> [WantedIndex] {
    var wanted: [WantedIndex] = []
    func add(_ feed: Feed, _ columns: [String], isUnique: Bool = false) {
      let index = WantedIndex(table: feed.table, columns: columns, isUnique: isUnique)
      if !wanted.contains(index) { wanted.append(index) }
    }
    for feed in pipeline.feedsInOrder {
      add(feed, feed.keyColumns.map(\.name), isUnique: true)
      let stamp = feed.cursor.flatMap { cursor in
        feed.columns.first {
          $0.from == JSONPointer(member: cursor.field) && $0.type != .jsonb && $0.type != .textArray
        }
      }
      if let stamp { add(feed, [stamp.name]) }
      if let parent = feed.parent { add(feed, [parent.column.name] + (stamp.map { [$0.name] } ?? [])) }
      if feed.marksRows { add(feed, [DeletionRule.markColumn]) }
    }
    // What an index on more columns begins with needs none of its own.
    return wanted.filter { index in
      index.isUnique
        || !wanted.contains { $0 != index && $0.table == index.table && $0.columns.starts(with: index.columns) }
    }
  }
}
