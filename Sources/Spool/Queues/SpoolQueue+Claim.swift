internal import SystemPackage

extension SpoolQueue {
  /// Takes a ready segment for this worker alone.
  ///
  /// Several workers may try for the same one; one of them gets it. What a dead worker had claimed is free at once.
  ///
  /// - Returns: Nil when another worker has it, or it is not ready any more. That is ordinary, so it is no error.
  /// - Throws: ``SpoolError``.
  public func claim(_ segment: SegmentName) throws(SpoolError) -> ClaimedSegment? {
    let path = path(of: segment, in: .ready)
    do throws(SpoolError) {
      let file = try OpenFile(path)
      // Between opening and locking it, another worker may have finished it, or its maker may have made it anew.
      guard try file.lock(), try file.isStill(at: path) else { return nil }
      return ClaimedSegment(name: segment, queue: self, file: file)
    } catch .system(.noSuchFileOrDirectory, _, _) {
      return nil
    }
  }

  /// Takes the first ready segment that comes after a name and is free.
  ///
  /// Reads the directory each time; to work off many segments, go through ``segments(in:)`` and claim each.
  ///
  /// - Throws: ``SpoolError``.
  public func claimNext(after last: SegmentName? = nil) throws(SpoolError) -> ClaimedSegment? {
    for segment in try segments(in: .ready) {
      if let last, segment <= last { continue }
      if let claimed = try claim(segment) { return claimed }
    }
    return nil
  }
}
