internal import SystemPackage

/// Where in a spool a segment is, or was: `<feed>/<queue>/<state>/<name>.ndjson.lz4`.
public struct SegmentLocation: Hashable, Sendable {
  public var feed: String
  public var queue: QueueName
  public var state: SegmentState
  public var name: SegmentName

  public init(feed: String, queue: QueueName, state: SegmentState, name: SegmentName) {
    self.feed = feed
    self.queue = queue
    self.state = state
    self.name = name
  }

  /// What the last four parts of a path say; nil when they are not those of a segment in a spool.
  init?(path: FilePath) {
    let parts = path.lexicallyNormalized().components.suffix(4).map(\.string)
    guard parts.count == 4, FeedName.isValid(parts[0]), let queue = QueueName(rawValue: parts[1]),
      let state = SegmentState(rawValue: parts[2]), let name = SegmentName(fileName: parts[3])
    else { return nil }
    self.init(feed: parts[0], queue: queue, state: state, name: name)
  }
}
