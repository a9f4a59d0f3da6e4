/// Where the records of one or more sets come from, one snapshot after another.
///
/// A value: an advance works on a copy, and keeps it only when every set could be moved.
protocol RecordSource: Sendable {
  /// The sets that it brings; always the same.
  var sets: [SetDescription] { get }
  /// Snapshots there are in all; nil when there is always one more.
  var snapshotCount: Int? { get }

  /// The next snapshot, a table for each set; nil when there is none any more.
  mutating func next() throws(VendorError) -> [RecordTable]?
}

/// Snapshots in files, one file each.
struct FileSource: RecordSource {
  let set: SetDescription
  let files: [String]
  private var taken = 0

  init(set: SetDescription, files: [String]) {
    self.set = set
    self.files = files
  }

  var sets: [SetDescription] { [set] }
  var snapshotCount: Int? { files.count }

  mutating func next() throws(VendorError) -> [RecordTable]? {
    guard taken < files.count else { return nil }
    let file = files[taken]
    let table = try RecordLoader.table(from: try RecordFile.read(file), of: set, source: file)
    taken += 1
    return [table]
  }
}
