internal import Glibc
public import SystemPackage

/// A directory tree that the stages share, and nothing else knows: `<feed>/<queue>/<state>/<segment>`, and beside the
/// queues of each feed `rejected` and `state`.
///
/// Every directory is the owner's alone. Symbolic links are never followed inside.
public struct Spool: Sendable {
  public let root: FilePath

  /// Opens a spool, or makes one in a directory that is not there or that nothing has been put into yet.
  ///
  /// - Parameters:
  ///   - root: The directory.
  ///   - allowsNetwork: Somebody asked for it in spite of locks that may not hold between machines, and of no wake-ups.
  /// - Throws: ``SpoolError`` when others may look into the directory, when it is somebody else's, or when it is on a
  ///   network file system.
  public init(root: FilePath, allowsNetwork: Bool = false) throws(SpoolError) {
    try Self.takeOverUnused(root)
    try Directory.ensure(root)
    if !allowsNetwork, try Directory.isOnNetwork(root) { throw .networkFileSystem(root) }
    self.root = root
  }

  /// The feeds that have a directory here, in no order.
  ///
  /// - Throws: ``SpoolError``.
  public func feeds() throws(SpoolError) -> [String] {
    try Directory.names(root).filter { FeedName.isValid($0) }
  }

  /// One queue of a feed; its directories are made when they are not there.
  ///
  /// - Throws: ``SpoolError``.
  public func queue(_ name: QueueName, feed: String) throws(SpoolError) -> SpoolQueue {
    let directory = try directory(of: feed, name.rawValue)
    for state in SegmentState.allCases { try Directory.ensure(directory.appending(state.rawValue)) }
    try Directory.ensure(directory.appending(SpoolQueue.attemptsName))
    return SpoolQueue(feed: feed, name: name, root: directory)
  }

  /// Where a path leads in this spool, whether or not the segment is still there.
  ///
  /// - Throws: ``SpoolError/foreignFile(_:root:)`` when the path is not one of a segment in this spool;
  ///   other cases when that cannot be found out.
  public func locate(_ path: FilePath) throws(SpoolError) -> SegmentLocation {
    guard let location = SegmentLocation(path: path) else { throw .foreignFile(path, root: root) }
    let ours = root.appending(location.feed).appending(location.queue.rawValue).appending(location.state.rawValue)
    // Paths may be spelled in many ways; the directory is the same or it is not.
    guard let here = try FileName.status(ours),
      let there = try FileName.status(path.parentDirectory, followsLink: true), here.isSame(as: there)
    else { throw .foreignFile(path, root: root) }
    return location
  }

  /// A directory of a feed, made when it is not there.
  func directory(of feed: String, _ name: String) throws(SpoolError) -> FilePath {
    guard FeedName.isValid(feed) else { throw .badName(feed, of: "feed") }
    let directory = root.appending(feed)
    try Directory.ensure(directory)
    let inner = directory.appending(name)
    try Directory.ensure(inner)
    return inner
  }

  /// A directory that was made by hand, or that came with a checkout, has the mode of any directory. While nothing is in
  /// it but hidden files it holds no secret, so it is made private instead of refused.
  private static func takeOverUnused(_ root: FilePath) throws(SpoolError) {
    guard let status = try FileName.status(root), status.kind == .directory, status.userID == geteuid(),
      try Directory.names(root).allSatisfy({ $0.hasPrefix(".") })
    else { return }
    try SpoolError.wrapping("chmod", root) { () throws(Errno) in try Files.current.makePrivate(root) }
  }
}
