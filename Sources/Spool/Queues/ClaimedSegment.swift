public import SystemPackage

/// A ready segment that one worker has. The claim is a lock on the file: it ends with this value, or with the process.
public struct ClaimedSegment: ~Copyable {
  public let name: SegmentName
  private let queue: SpoolQueue
  private let file: OpenFile

  init(name: SegmentName, queue: SpoolQueue, file: consuming OpenFile) {
    self.name = name
    self.queue = queue
    self.file = file
  }

  /// Closing the file is not enough: a program that this one starts just now has a copy of the open file, until it is what it is
  /// to be.
  deinit { file.unlock() }

  public var path: FilePath { file.path }

  /// The segment, as a stage's processor takes it.
  public var input: InputSegment {
    InputSegment(feed: queue.feed, queue: queue.name, state: .ready, name: name, path: path, isRedo: false)
  }

  /// Counts this attempt, before the work.
  ///
  /// Every other way out than ``finish()``, ``hold(reason:)`` and ``release()`` leaves the count: the worker died.
  ///
  /// - Returns: Attempts before this one whose workers died.
  /// - Throws: ``SpoolError``.
  public func begin() throws(SpoolError) -> Int {
    let before = try queue.attempts(at: name)
    try queue.countAttempt(at: name)
    return before
  }

  /// Moves the segment to `done`. What was made of it must be published before.
  ///
  /// An older copy in `held` goes: this is its cure.
  ///
  /// - Throws: ``SpoolError``; the segment is then still ready, and doing it again must be harmless.
  public consuming func finish() throws(SpoolError) {
    try move(to: .done)
    try queue.forgetAttempts(at: name)
    if try FileName.remove(queue.path(of: name, in: .held)) { try FileName.remove(queue.notePath(of: name)) }
  }

  /// Sets the segment aside for a person, with a note beside it that says why.
  ///
  /// - Throws: ``SpoolError``; the segment is then still ready.
  public consuming func hold(reason: HoldReason) throws(SpoolError) {
    // The note first: whatever is in `held` has one.
    try queue.note(reason, for: name)
    try move(to: .held)
    try Directory.sync(queue.directory(.held))
    try queue.forgetAttempts(at: name)
  }

  /// Gives the segment back; it stays ready, and this attempt does not count.
  public consuming func release() {
    // A count that stays is one too many at worst, and a person can release what is held for it.
    try? queue.forgetAttempts(at: name)
  }

  private func move(to state: SegmentState) throws(SpoolError) {
    // The lock keeps other programs of the family away; this is for a person who moved the file by hand.
    guard try file.isStill(at: path) else { return }
    try FileName.rename(path, to: queue.path(of: name, in: state))
  }
}
