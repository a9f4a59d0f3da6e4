internal import PipelineConfig
internal import Postgres

/// A feed whose rows belong to rows of another one, ready to be merged, and the feeds that belong to it in turn.
///
/// Rows are locked table by table from the parents on, so whoever deletes or loads along this tree waits for nobody who
/// waits for him.
struct ChildMerge {
  let merge: FeedMerge
  let children: [ChildMerge]

  /// Whether this feed's rows, or those of a feed below it, are put aside when their parent goes.
  var losesRows: Bool {
    merge.feed.parent.map { $0.onDelete != .keep } ?? false || children.contains(where: \.losesRows)
  }
}

extension [ChildMerge] {
  /// Loads the kept children of the parents that are in a staging table, and theirs.
  ///
  /// - Returns: Rows inserted or updated.
  func adopt(from parents: StagingTable, key: Column, on connection: inout Connection) throws -> Int {
    var adopted = 0
    for child in self { adopted += try Adoption(child: child).run(.parentsIn(parents, key: key), on: &connection) }
    return adopted
  }

  /// Puts the children of parents that are gone aside, as their feeds want it.
  ///
  /// - Returns: Rows marked or removed.
  func part(from parents: FeedMerge, segment: String, on connection: inout Connection) throws -> Int {
    var parted = 0
    for child in self where child.losesRows {
      parted += try Parting(child: child, parents: parents, segment: segment).run(on: &connection)
    }
    return parted
  }
}
