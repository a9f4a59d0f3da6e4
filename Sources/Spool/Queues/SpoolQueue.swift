public import SystemPackage

/// One hand-over point between two stages of a feed, for example `spool/media/hashed`.
///
/// The directories are the queue: no index, nothing to repair. A segment's state is the directory it is in.
public struct SpoolQueue: Sendable {
  public let feed: String
  public let name: QueueName
  /// The directory that holds one directory for each state.
  public let root: FilePath

  public func directory(_ state: SegmentState) -> FilePath { root.appending(state.rawValue) }

  public func path(of segment: SegmentName, in state: SegmentState) -> FilePath {
    directory(state).appending(segment.fileName)
  }

  /// The segments in a state, in the order of writing. Files of other names are not the queue's and are left alone.
  ///
  /// - Throws: ``SpoolError``.
  public func segments(in state: SegmentState) throws(SpoolError) -> [SegmentName] {
    try Directory.names(directory(state)).compactMap { SegmentName(fileName: $0) }.sorted()
  }

  /// A segment that was worked off or set aside, to be worked on once more; it stays where it is.
  ///
  /// - Throws: ``SpoolError``: `noSuchFileOrDirectory` when it is not there.
  public func open(_ segment: SegmentName, in state: SegmentState) throws(SpoolError) -> InputSegment {
    let path = path(of: segment, in: state)
    _ = try OpenFile(path)
    return InputSegment(feed: feed, queue: name, state: state, name: segment, path: path, isRedo: true)
  }
}
