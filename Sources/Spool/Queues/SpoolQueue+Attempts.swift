internal import Glibc
internal import SystemPackage

/// Attempts at a segment are counted before the work: a line in `<queue>/attempts/<segment>` for each worker that began
/// and did not come back. So a segment that kills its workers is set aside, and not tried for ever.
///
/// The count is not made durable: a power cut is nobody's fault.
extension SpoolQueue {
  /// Directory of the counts, beside the states.
  static let attemptsName = "attempts"

  func attemptsPath(of segment: SegmentName) -> FilePath {
    root.appending(Self.attemptsName).appending(segment.description)
  }

  /// How many workers began with the segment and have neither ended the work nor given it back.
  ///
  /// - Throws: ``SpoolError``.
  public func attempts(at segment: SegmentName) throws(SpoolError) -> Int {
    do throws(SpoolError) {
      let bytes = try OpenFile(attemptsPath(of: segment)).bytes(at: 0, count: Self.attemptsByteCountMax)
      return bytes.count { $0 == UInt8(ascii: "\n") }
    } catch .system(.noSuchFileOrDirectory, _, _) {
      return 0
    }
  }

  /// One more worker begins.
  func countAttempt(at segment: SegmentName) throws(SpoolError) {
    let file = try OpenFile(attemptsPath(of: segment), .writeOnly, options: [.create, .append])
    try file.write(Array("process \(getpid())\n".utf8).span)
  }

  /// The workers came back: with the work done, or with a reason that says more than their number.
  func forgetAttempts(at segment: SegmentName) throws(SpoolError) {
    try FileName.remove(attemptsPath(of: segment))
  }

  /// Room for more lines than any bound on attempts.
  private static let attemptsByteCountMax = 64 << 10
}
