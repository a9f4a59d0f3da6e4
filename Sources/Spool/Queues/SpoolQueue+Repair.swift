internal import SystemPackage

extension SpoolQueue {
  /// Gives a held segment back to the workers: it is ready again, and its attempts begin anew.
  ///
  /// - Throws: ``SpoolError``: `noSuchFileOrDirectory` when it is not held, ``SpoolError/occupied(_:)`` when a segment of
  ///   that name is ready as well, which is then the newer one.
  public func release(_ segment: SegmentName) throws(SpoolError) {
    try forgetAttempts(at: segment)
    // The segment first, and durably: a note without a segment says nothing, a segment without a note says too little.
    try FileName.rename(path(of: segment, in: .held), toFree: path(of: segment, in: .ready))
    try Directory.sync(directory(.ready))
    try FileName.remove(notePath(of: segment))
    try Directory.sync(directory(.held))
  }

  /// Moves a held segment to `done`, since its work was done again and succeeded.
  ///
  /// What was made of it must be published before. Done twice, it is the same.
  ///
  /// - Throws: ``SpoolError``; the segment is then still held, and doing it again must be harmless.
  public func settle(_ segment: SegmentName) throws(SpoolError) {
    do throws(SpoolError) {
      try FileName.rename(path(of: segment, in: .held), to: path(of: segment, in: .done))
    } catch .system(.noSuchFileOrDirectory, _, _) {
      return
    }
    try FileName.remove(notePath(of: segment))
    try forgetAttempts(at: segment)
  }
}
