internal import PipelineConfig
internal import Spool
internal import SystemPackage

/// One record of a key, where it stands in the spool.
struct KeyHit: Equatable {
  var feed: String
  /// `fetched`, `hashed`, `staged` or `rejected`.
  var queue: String
  /// The segment's state; of a rejected record the stage that refused it.
  var state: String
  var path: FilePath
  var segment: SegmentName
  /// The record's number in the file, from 1.
  var number: Int
  /// Which page and request brought it, or why it was put aside.
  var note: String

  /// Tab-separated, as segments are printed.
  var cells: [String] { [feed, queue, state, path.string, "record \(number)", note] }
}

/// Looks for a key in every segment of a spool. A file that is damaged is passed over, and named.
struct KeySearch {
  let spool: Spool
  let pipeline: Pipeline?
  let key: String
  private(set) var hits: [KeyHit] = []
  /// Files that could not be read, and why.
  private(set) var unread: [String] = []

  init(_ key: String, in spool: Spool, pipeline: Pipeline?) {
    self.key = key
    self.spool = spool
    self.pipeline = pipeline
  }

  mutating func run(feed wanted: String?) throws {
    for feed in try spool.feeds(asked: wanted) {
      for entry in try spool.entries(feed: feed, states: [.ready, .done, .held]) {
        try look(into: entry.path, feed: feed, queue: entry.queue.rawValue, state: entry.state.rawValue)
      }
      for file in try spool.rejected(feed: feed) {
        try look(into: file.path, feed: feed, queue: "rejected", state: file.stage.rawValue)
      }
    }
  }

  private mutating func look(into path: FilePath, feed: String, queue: String, state: String) throws {
    var found: [KeyHit] = []
    do {
      var reader = try SegmentReader(path)
      let footer = reader.footer
      guard footer.records > 0 else { return }
      guard let fields = KeyFields(footer, feed: pipeline?.feeds.first { $0.name == feed }) else {
        return unread.append("\(path): only pipeline.json says where its key is")
      }
      let finder = try KeyFinder(key, fields: fields)
      _ = try reader.forEachLine { line, number in
        guard finder.matches(line) else { return }
        let rejected = footer.kind == .rejected ? try? RejectedRecord(line) : nil
        found.append(
          KeyHit(
            feed: feed,
            queue: queue,
            state: state,
            path: path,
            segment: footer.name,
            number: number,
            note: rejected.map { Self.note($0) } ?? Self.note(footer)
          )
        )
      }
    } catch let error as SpoolError {
      unread.append(error.message)
    }
    hits += found
  }

  private static func note(_ footer: SegmentFooter) -> String {
    if let retry = footer.retryOf { return "sent again from \(retry)" }
    guard let source = footer.source else { return "" }
    let pages =
      source.firstPage == source.lastPage ? "page \(source.firstPage)" : "pages \(source.firstPage)-\(source.lastPage)"
    return [pages, source.firstURL].compactMap { $0 }.joined(separator: " ")
  }

  private static func note(_ rejected: RejectedRecord) -> String {
    let field = rejected.field.map { " (\($0))" } ?? ""
    return "\(rejected.reason)\(field), line \(rejected.line) of the segment"
  }
}
