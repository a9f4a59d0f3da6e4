public import SystemPackage

/// How long, and how much, a queue keeps of what was worked off.
public struct KeepRule: Equatable, Sendable {
  public var seconds: Int
  /// Nil keeps all that is not older.
  public var bytes: Int?

  public init(seconds: Int, bytes: Int? = nil) {
    self.seconds = seconds
    self.bytes = bytes
  }
}

/// A file that nobody needs any more, or a directory that is larger than it need be.
public struct Garbage: Equatable, Sendable {
  /// Why it may go.
  public enum Kind: String, CaseIterable, Sendable {
    /// Worked off, and kept for as long, or in as many bytes, as the queue keeps.
    case done
    /// Left by a writer that died.
    case draft
    /// A note, or a count of attempts, whose segment is elsewhere.
    case note
    /// A directory that grew with its files and is empty now: it is made anew, since it does not shrink by itself.
    case directory
  }

  public var kind: Kind
  public var feed: String
  public var path: FilePath
  public var bytes: Int
}

extension Spool {
  /// Age from which on a draft that nobody has locked is taken for left. A writer locks its draft at once; this is for a
  /// lock that cannot be seen.
  public static let draftSecondsMax = 3600

  /// Size of an empty directory from which on it is made anew: some 15,000 names on ext4, of which a listing still reads
  /// every block.
  static let directoryBytesMax = 1 << 20

  /// What of a feed's files may go, the oldest first in each queue.
  ///
  /// A segment that was worked off stays while anything made of it is still on its way: what is ready or held in a later
  /// queue can be made again.
  ///
  /// - Parameters:
  ///   - feed: Whose files.
  ///   - keep: The rule of each queue; a queue without one keeps everything.
  ///   - resumable: For how many seconds a run that was killed may still be resumed: so long the draft of its last fetched
  ///     segment, from which a ``LeftSegment`` is made, is not taken for left.
  ///   - now: Seconds since 1970.
  /// - Returns: What ``remove(_:)`` takes.
  /// - Throws: ``SpoolError``.
  public func garbage(
    feed: String,
    keep: [QueueName: KeepRule],
    resumable: Int = draftSecondsMax,
    now: Int
  ) throws(SpoolError) -> [Garbage] {
    var garbage: [Garbage] = []
    // From the first queue to the last: a segment that moves on meanwhile is seen in the queue it comes to.
    var listed: [Listed] = []
    for name in QueueName.allCases {
      let queue = try queue(name, feed: feed)
      let ready = Set(try queue.segments(in: .ready))
      listed.append(Listed(queue: queue, ready: ready, held: Set(try queue.segments(in: .held))))
    }
    var later: Set<SegmentName> = []
    for one in listed.reversed() {
      let queue = one.queue
      if let rule = keep[queue.name] {
        garbage += try Self.outlived(in: queue, rule: rule, needed: later, now: now)
      }
      garbage += try Self.litter(in: one, resumable: max(resumable, Self.draftSecondsMax), now: now)
      garbage += try Self.overgrown(queue)
      later.formUnion(one.ready)
      later.formUnion(one.held)
    }
    for name in [Self.rejectedName, Self.stateName] {
      garbage += try Self.drafts(in: try directory(of: feed, name), feed: feed, now: now)
    }
    return garbage
  }

  /// Removes a file that ``garbage(feed:keep:now:)`` named, unless somebody has it now; makes a directory anew, unless
  /// something is in it again.
  ///
  /// - Returns: Whether it is gone by this call.
  /// - Throws: ``SpoolError``.
  public func remove(_ garbage: Garbage) throws(SpoolError) -> Bool {
    if garbage.kind == .directory { return try Self.renew(garbage.path) }
    do throws(SpoolError) {
      let file = try OpenFile(garbage.path)
      guard try file.lock(), try file.isStill(at: garbage.path) else { return false }
      return try FileName.remove(garbage.path)
    } catch .system(.noSuchFileOrDirectory, _, _) {
      return false
    }
  }

  /// A directory of a queue, whose files move to those beside it.
  static func renew(_ path: FilePath) throws(SpoolError) -> Bool {
    let root = path.parentDirectory
    return try Directory.renew(path, neighbours: SegmentState.allCases.map { root.appending($0.rawValue) })
  }

  private static func outlived(
    in queue: SpoolQueue,
    rule: KeepRule,
    needed: Set<SegmentName>,
    now: Int
  ) throws(SpoolError) -> [Garbage] {
    let done = try queue.stored(in: [.done]).sorted { ($0.movedAt, $0.location.name) < ($1.movedAt, $1.location.name) }
    var surplus = rule.bytes.map { limit in done.reduce(0) { $0 + $1.storedBytes } - limit } ?? 0
    var garbage: [Garbage] = []
    for segment in done where !needed.contains(segment.location.name) {
      guard surplus > 0 || now - segment.movedAt >= rule.seconds else { continue }
      surplus -= segment.storedBytes
      garbage.append(Garbage(kind: .done, feed: queue.feed, path: segment.path, bytes: segment.storedBytes))
    }
    return garbage
  }

  /// What of a queue is still on its way.
  private struct Listed {
    var queue: SpoolQueue
    var ready: Set<SegmentName>
    var held: Set<SegmentName>
  }

  /// What crashes leave: drafts, notes and counts without their segment.
  private static func litter(in listed: Listed, resumable: Int, now: Int) throws(SpoolError) -> [Garbage] {
    let queue = listed.queue
    var garbage: [Garbage] = []
    func add(_ kind: Garbage.Kind, _ path: FilePath, after seconds: Int = draftSecondsMax) {
      if let left = left(kind, path, feed: queue.feed, after: seconds, now: now) { garbage.append(left) }
    }
    for segment in try queue.segments(in: .incoming) {
      let seconds = queue.name == .fetched ? resumable : draftSecondsMax
      add(.draft, queue.path(of: segment, in: .incoming), after: seconds)
    }
    // Beside a segment's own draft, the copy of a left one; beside what is held, a note that was not finished.
    for state in [SegmentState.incoming, .held] {
      garbage += try drafts(in: queue.directory(state), feed: queue.feed, now: now)
    }
    for file in try Directory.names(queue.directory(.held)) where file.hasSuffix(SpoolQueue.noteSuffix) {
      let segment = SegmentName(fileName: String(file.dropLast(SpoolQueue.noteSuffix.count)))
      guard let segment, !listed.held.contains(segment) else { continue }
      add(.note, queue.directory(.held).appending(file))
    }
    for file in try Directory.names(queue.root.appending(SpoolQueue.attemptsName)) {
      guard let segment = SegmentName(file), !listed.ready.contains(segment) else { continue }
      add(.note, queue.attemptsPath(of: segment))
    }
    return garbage
  }

  /// Drafts that are hidden beside what they were to become.
  private static func drafts(in directory: FilePath, feed: String, now: Int) throws(SpoolError) -> [Garbage] {
    try Directory.names(directory).filter { $0.hasPrefix(".") }.sorted()
      .compactMap { left(.draft, directory.appending($0), feed: feed, now: now) }
  }

  /// A file that was left long ago; nil when it is none, or younger.
  private static func left(
    _ kind: Garbage.Kind,
    _ path: FilePath,
    feed: String,
    after seconds: Int = draftSecondsMax,
    now: Int
  ) -> Garbage? {
    guard let status = try? Files.current.status(path, followsLink: false), status.kind == .file,
      now - status.modifiedAt > seconds
    else { return nil }
    return Garbage(kind: kind, feed: feed, path: path, bytes: status.size)
  }

  /// Directories that are empty and would be listed slowly all the same. Those with something in them wait for their turn:
  /// every queue is worked off at some time, and an empty one can be replaced in one step that nobody can come between.
  private static func overgrown(_ queue: SpoolQueue) throws(SpoolError) -> [Garbage] {
    var garbage: [Garbage] = []
    for directory in SegmentState.allCases.map(queue.directory) + [queue.root.appending(SpoolQueue.attemptsName)] {
      guard let status = try FileName.status(directory), status.size >= directoryBytesMax,
        try Directory.names(directory).isEmpty
      else { continue }
      garbage.append(Garbage(kind: .directory, feed: queue.feed, path: directory, bytes: status.size))
    }
    return garbage
  }
}
