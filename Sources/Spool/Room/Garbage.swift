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

/// A file that nobody needs any more.
public struct Garbage: Equatable, Sendable {
  /// Why it may go.
  public enum Kind: String, CaseIterable, Sendable {
    /// Worked off, and kept for as long, or in as many bytes, as the queue keeps.
    case done
    /// Left by a writer that died.
    case draft
    /// A note, or a count of attempts, whose segment is elsewhere.
    case note
  }

  public var kind: Kind
  public var feed: String
  public var path: FilePath
  public var bytes: Int
}

extension Spool {
  /// Age from which on a draft that nobody has locked is taken for left. A writer locks its draft at once; this is for a
  /// lock that cannot be seen.
  static let draftSecondsMax = 3600

  /// What of a feed's files may go, the oldest first in each queue.
  ///
  /// A segment that was worked off stays while anything made of it is still on its way: what is ready or held in a later
  /// queue can be made again.
  ///
  /// - Parameters:
  ///   - feed: Whose files.
  ///   - keep: The rule of each queue; a queue without one keeps everything.
  ///   - now: Seconds since 1970.
  /// - Returns: What ``remove(_:)`` takes.
  /// - Throws: ``SpoolError``.
  public func garbage(feed: String, keep: [QueueName: KeepRule], now: Int) throws(SpoolError) -> [Garbage] {
    var garbage: [Garbage] = []
    // From the first queue to the last: a segment that moves on meanwhile is seen in the queue it comes to.
    var queues: [SpoolQueue] = []
    for name in QueueName.allCases { queues.append(try queue(name, feed: feed)) }
    var pending: [QueueName: Set<SegmentName>] = [:]
    for queue in queues {
      pending[queue.name] = Set(try queue.segments(in: .ready) + queue.segments(in: .held))
    }
    var later: Set<SegmentName> = []
    for queue in queues.reversed() {
      if let rule = keep[queue.name] {
        garbage += try Self.outlived(in: queue, rule: rule, needed: later, now: now)
      }
      garbage += try Self.litter(in: queue, now: now)
      later.formUnion(pending[queue.name] ?? [])
    }
    return garbage
  }

  /// Removes a file that ``garbage(feed:keep:now:)`` named, unless somebody has it now.
  ///
  /// - Returns: Whether it is gone by this call.
  /// - Throws: ``SpoolError``.
  public func remove(_ garbage: Garbage) throws(SpoolError) -> Bool {
    do throws(SpoolError) {
      let file = try OpenFile(garbage.path)
      guard try file.lock(), try file.isStill(at: garbage.path) else { return false }
      return try FileName.remove(garbage.path)
    } catch .system(.noSuchFileOrDirectory, _, _) {
      return false
    }
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

  /// What crashes leave: drafts, notes and counts without their segment.
  private static func litter(in queue: SpoolQueue, now: Int) throws(SpoolError) -> [Garbage] {
    var garbage: [Garbage] = []
    func add(_ kind: Garbage.Kind, _ path: FilePath, olderThan seconds: Int) {
      guard let status = try? Files.current.status(path, followsLink: false), status.kind == .file,
        now - status.modifiedAt > seconds
      else { return }
      garbage.append(Garbage(kind: kind, feed: queue.feed, path: path, bytes: status.size))
    }
    for segment in try queue.segments(in: .incoming) {
      add(.draft, queue.path(of: segment, in: .incoming), olderThan: draftSecondsMax)
    }
    let held = Set(try queue.segments(in: .held))
    for file in try Directory.names(queue.directory(.held)) where file.hasSuffix(SpoolQueue.noteSuffix) {
      let isDraft = file.hasPrefix(".")
      let segment = SegmentName(fileName: String(file.dropFirst(isDraft ? 1 : 0).dropLast(SpoolQueue.noteSuffix.count)))
      guard let segment, isDraft || !held.contains(segment) else { continue }
      add(isDraft ? .draft : .note, queue.directory(.held).appending(file), olderThan: draftSecondsMax)
    }
    let ready = Set(try queue.segments(in: .ready))
    for file in try Directory.names(queue.root.appending(SpoolQueue.attemptsName)) {
      guard let segment = SegmentName(file), !ready.contains(segment) else { continue }
      add(.note, queue.attemptsPath(of: segment), olderThan: draftSecondsMax)
    }
    return garbage
  }
}
