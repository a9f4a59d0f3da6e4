public import SystemPackage

/// One segment in one place, as a look into the spool found it.
public struct StoredSegment: Sendable, Equatable {
  public var location: SegmentLocation
  public var path: FilePath
  /// Bytes on the disk.
  public var storedBytes: Int
  /// When it was written: seconds since 1970.
  public var writtenAt: Int
  /// When it came where it is: seconds since 1970.
  public var movedAt: Int
  /// Somebody has it locked: a worker that does it, or the writer of a draft.
  public var isClaimed: Bool

  public var feed: String { location.feed }
  public var queue: QueueName { location.queue }
  public var state: SegmentState { location.state }
  public var name: SegmentName { location.name }

  /// What its footer says; nil for a draft, and for a file that is damaged.
  public var footer: SegmentFooter? { try? SegmentReader.footer(of: path) }
}

extension SpoolQueue {
  /// The segments in some states: states in the order of the work, names sorted.
  ///
  /// A segment that moves on meanwhile is found where it was, where it came, or not at all.
  ///
  /// - Throws: ``SpoolError``.
  public func stored(
    in states: [SegmentState] = SegmentState.allCases
  ) throws(SpoolError) -> [StoredSegment] {
    var found: [StoredSegment] = []
    for state in SegmentState.allCases where states.contains(state) {
      found += stored(try segments(in: state)[...], in: state)
    }
    return found
  }

  /// Those of some names that are in a state now, in the order of the names.
  public func stored(_ names: ArraySlice<SegmentName>, in state: SegmentState) -> [StoredSegment] {
    guard !names.isEmpty else { return [] }
    let (locks, directory) = (FileLocks.now(), directory(state).string)
    return names.compactMap { try? stored($0, in: state, at: FilePath("\(directory)/\($0.fileName)"), locks: locks) }
  }

  /// Where a segment of that name is, of some states.
  ///
  /// - Throws: ``SpoolError``.
  public func stored(
    _ segment: SegmentName,
    in states: [SegmentState] = SegmentState.allCases
  ) throws(SpoolError) -> [StoredSegment] {
    let locks = FileLocks.now()
    var found: [StoredSegment] = []
    for state in SegmentState.allCases where states.contains(state) {
      let path = path(of: segment, in: state)
      if let stored = try stored(segment, in: state, at: path, locks: locks) { found.append(stored) }
    }
    return found
  }

  private func stored(
    _ segment: SegmentName,
    in state: SegmentState,
    at path: FilePath,
    locks: FileLocks
  ) throws(SpoolError) -> StoredSegment? {
    guard let status = try FileName.status(path) else { return nil }
    return StoredSegment(
      location: SegmentLocation(feed: feed, queue: name, state: state, name: segment),
      path: path,
      storedBytes: status.size,
      writtenAt: status.modifiedAt,
      movedAt: max(status.changedAt, status.modifiedAt),
      isClaimed: locks.contains(inode: status.inode, device: status.device)
    )
  }
}
