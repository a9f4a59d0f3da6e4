internal import Synchronization
internal import SystemPackage

/// The bounds within which fetch fills a spool.
public struct SpoolBounds: Equatable, Sendable {
  /// Bytes on the disk of all files of the spool.
  public var maxBytes: Int
  /// Free bytes of the file system that fetch leaves: room in which hash and stage finish what was fetched, since each needs
  /// space for its output before its input may go. Twice a segment for every worker of both, and 64 MiB, is enough.
  public var minFree: Int
  /// Segments of one feed that are ready, in all queues together.
  public var maxReady: Int

  public init(maxBytes: Int, minFree: Int, maxReady: Int) {
    self.maxBytes = maxBytes
    self.minFree = minFree
    self.maxReady = maxReady
  }
}

/// Why nothing more should be fetched for now.
public enum RoomShortage: Equatable, Sendable, CustomStringConvertible {
  case disk(freeBytes: Int, wanted: Int)
  case spool(bytes: Int, most: Int)
  case queues(feed: String, ready: Int, most: Int)

  /// What a bound is about.
  public enum Bound: Sendable {
    case disk
    case spool
    case queues
  }

  /// Which bound it is that is met.
  public var bound: Bound {
    switch self {
    case .disk: .disk
    case .spool: .spool
    case .queues: .queues
    }
  }

  /// How far past its bound it is: bytes, or segments. Below 0 while only the margin is missing that ends a shortage.
  public var missing: Int {
    switch self {
    case .disk(let free, let wanted): wanted - free
    case .spool(let bytes, let most): bytes - most
    case .queues(_, let ready, let most): ready - most
    }
  }

  /// What to tell a person, with the setting that says so.
  public var description: String {
    switch self {
    case .disk(let free, let wanted):
      "the disk has \(free >> 20) MiB free, and fetch leaves \(wanted >> 20) (spool.min_free)"
    case .spool(let bytes, let most):
      "the spool has \(bytes >> 20) MiB, and \(most >> 20) are the most (spool.max_bytes)"
    case .queues(let feed, let ready, let most):
      "\(ready) segments of \(feed) wait to be worked off, and \(most) are the most (spool.max_ready)"
    }
  }
}

/// Tells the fetch of a feed whether there is room for another segment.
///
/// ```
/// let room = SpoolRoom(spool, feed: feed, bounds: …) // once for a run
/// while let shortage = try room.shortage() {         // before each segment
///   say it once, then wait a few seconds, or stop with ExitStatus.temporaryFailure
/// }
/// ```
///
/// Once there is a shortage it lasts until there is a twentieth more room than the bound asks for, so that fetch does not
/// stop and go with every segment. hash, stage and merge do not ask: they make room by ending what is there.
public final class SpoolRoom: Sendable {
  private struct Measured {
    var bytes: Int
    var at: ContinuousClock.Instant
  }

  private struct State {
    var measured: Measured?
    var isShort = false
  }

  private let spool: Spool
  private let feed: String
  private let bounds: SpoolBounds
  private let remeasure: Duration
  private let state = Mutex(State())

  /// - Parameters:
  ///   - spool: The spool to be filled.
  ///   - feed: Whose segments.
  ///   - bounds: From the pipeline.
  ///   - remeasure: How long a sum of all files' sizes is good for; counting 100,000 files takes a third of a second.
  public init(_ spool: Spool, feed: String, bounds: SpoolBounds, remeasure: Duration = .seconds(5)) {
    self.spool = spool
    self.feed = feed
    self.bounds = bounds
    self.remeasure = remeasure
  }

  /// Why nothing more of the feed should be fetched now; nil when there is room.
  ///
  /// May be called from any thread. Waits for the disk, for milliseconds.
  ///
  /// - Throws: ``SpoolError``.
  public func shortage() throws(SpoolError) -> RoomShortage? {
    let margin = state.withLock { $0.isShort } ? 20 : 0
    let found = try shortage(margin: margin)
    state.withLock { $0.isShort = found != nil }
    return found
  }

  // The part of each bound that has to be left besides: 20 is a twentieth, 0 is none.
  private func shortage(margin: Int) throws(SpoolError) -> RoomShortage? {
    func part(_ bound: Int) -> Int { margin == 0 ? 0 : bound / margin }
    let free = try Directory.freeBytes(spool.root)
    if free < bounds.minFree + part(bounds.minFree) { return .disk(freeBytes: free, wanted: bounds.minFree) }
    let bytes = try measuredBytes()
    if bytes > bounds.maxBytes - part(bounds.maxBytes) { return .spool(bytes: bytes, most: bounds.maxBytes) }
    let ready = try spool.readyCount(of: feed)
    if ready > bounds.maxReady - part(bounds.maxReady) {
      return .queues(feed: feed, ready: ready, most: bounds.maxReady)
    }
    return nil
  }

  private func measuredBytes() throws(SpoolError) -> Int {
    let now = ContinuousClock.now
    if let measured = state.withLock({ $0.measured }), now - measured.at < remeasure { return measured.bytes }
    let bytes = try spool.storedBytes()
    state.withLock { $0.measured = Measured(bytes: bytes, at: now) }
    return bytes
  }
}

extension Spool {
  /// Segments of a feed that are ready, in all queues together. Makes no folders: what is not there has none.
  fileprivate func readyCount(of feed: String) throws(SpoolError) -> Int {
    var count = 0
    for queue in QueueName.allCases {
      let ready = root.appending(feed).appending(queue.rawValue).appending(SegmentState.ready.rawValue)
      count += try Directory.names(ready).count { SegmentName(fileName: $0) != nil }
    }
    return count
  }

  /// Bytes that all files of the spool take on the disk.
  ///
  /// - Throws: ``SpoolError``.
  public func storedBytes() throws(SpoolError) -> Int { try Self.storedBytes(under: root, depth: 0) }

  /// Deepest directory of a spool below its root: feed, queue, state.
  private static let depthMax = 3

  private static func storedBytes(under directory: FilePath, depth: Int) throws(SpoolError) -> Int {
    var bytes = 0
    for name in try Directory.names(directory) {
      let path = directory.appending(name)
      guard let status = try FileName.status(path) else { continue }
      switch status.kind {
      case .file: bytes += status.storedBytes
      case .directory: if depth < depthMax { bytes += try storedBytes(under: path, depth: depth + 1) }
      case .symbolicLink, .other: break
      }
    }
    return bytes
  }
}
