internal import SystemPackage

extension Spool {
  /// Where a service that runs this spool's feeds keeps what is its own. No feed has a name with a dot.
  static let serviceName = ".service"

  /// Most bytes of a file of the service.
  static let serviceByteCountMax = 64 << 10

  /// Takes the lock by which services agree that one at a time runs the feeds of this spool.
  ///
  /// - Returns: Nil when another program has it.
  /// - Throws: ``SpoolError``.
  public func lockService() throws(SpoolError) -> FeedLock? {
    let file = try OpenFile(servicePath("service.lock"), .readWrite, options: .create)
    return try file.lock() ? FeedLock(file) : nil
  }

  /// Puts what programs of the same user may know of the running service, its address and a key to it, where they find it.
  /// Nobody else may read it.
  ///
  /// - Throws: ``SpoolError``; what was there before is then there still.
  public func saveServiceNote(_ bytes: [UInt8]) throws(SpoolError) {
    precondition(bytes.count <= Self.serviceByteCountMax, "a note is small")
    let path = try servicePath("local.json")
    let draft = try DraftFile(path.parentDirectory.appending(".local.json"), for: path, whenBusy: .wait)
    try draft.write(bytes.span)
    try draft.publish()
  }

  /// What the service that runs, or ran last, left for programs of the same user; nil when there was none.
  ///
  /// - Throws: ``SpoolError``.
  public func loadServiceNote() throws(SpoolError) -> [UInt8]? {
    do throws(SpoolError) {
      return try OpenFile(root.appending(Self.serviceName).appending("local.json"))
        .bytes(at: 0, count: Self.serviceByteCountMax)
    } catch .system(.noSuchFileOrDirectory, _, _) {
      return nil
    }
  }

  private func servicePath(_ name: String) throws(SpoolError) -> FilePath {
    let directory = root.appending(Self.serviceName)
    try Directory.ensure(directory)
    return directory.appending(name)
  }
}
