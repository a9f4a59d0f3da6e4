internal import Glibc
internal import SystemPackage

extension Spool {
  static let stateName = "state"

  /// Most bytes of a file of state.
  public static let stateByteCountMax = 1 << 20

  /// What a file of state holds; nil when it was never saved.
  ///
  /// - Throws: ``SpoolError``.
  public func loadState(_ name: String, feed: String) throws(SpoolError) -> [UInt8]? {
    let path = try statePath(name, feed: feed)
    do throws(SpoolError) {
      return try OpenFile(path).bytes(at: 0, count: Self.stateByteCountMax)
    } catch .system(.noSuchFileOrDirectory, _, _) {
      return nil
    }
  }

  /// Puts a file of state in the place of the one before: `<feed>/state/<name>`, whole and durable or not at all.
  ///
  /// - Throws: ``SpoolError``; the state is then as it was before.
  public func saveState(_ bytes: [UInt8], name: String, feed: String) throws(SpoolError) {
    precondition(bytes.count <= Self.stateByteCountMax, "state is small")
    let path = try statePath(name, feed: feed)
    let draft = try DraftFile(path.parentDirectory.appending(".\(name)"), for: path, whenBusy: .wait)
    try draft.write(bytes.span)
    try draft.publish()
  }

  /// Takes the lock by which the programs of a feed agree that one at a time does something, for example fetch.
  ///
  /// The purpose names the lock: `<feed>/state/<purpose>.lock`.
  ///
  /// - Returns: Nil when another program has it.
  /// - Throws: ``SpoolError``.
  public func lockFeed(_ feed: String, purpose: String) throws(SpoolError) -> FeedLock? {
    let file = try OpenFile(statePath("\(purpose).lock", feed: feed), .readWrite, options: .create)
    return try file.lock() ? FeedLock(file) : nil
  }

  /// What the program that has a lock, or had it last, wrote down of itself; nil when it wrote nothing.
  ///
  /// - Throws: ``SpoolError``.
  public func lockNote(_ feed: String, purpose: String) throws(SpoolError) -> String? {
    do throws(SpoolError) {
      let bytes = try OpenFile(statePath("\(purpose).lock", feed: feed)).bytes(at: 0, count: FeedLock.noteByteCount)
      let line = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
      let end = line.lastIndex { $0 != " " }.map { line.index(after: $0) } ?? line.startIndex
      return end == line.startIndex ? nil : String(line[..<end])
    } catch .system(.noSuchFileOrDirectory, _, _) {
      return nil
    }
  }

  func statePath(_ name: String, feed: String) throws(SpoolError) -> FilePath {
    guard StateName.isValid(name) else { throw .badName(name, of: "file of state") }
    return try directory(of: feed, Self.stateName).appending(name)
  }
}

/// A lock that this program has, until the value or the program ends.
///
/// The file stays: removing it could take it from under a program that has just opened it.
public struct FeedLock: ~Copyable, Sendable {
  private let file: OpenFile

  init(_ file: consuming OpenFile) { self.file = file }

  /// A program that was started a moment ago has the open file too, until it is on its way: closing it here would leave the lock
  /// with that one.
  deinit { file.unlock() }

  /// Writes down for others who has the lock, and for what: one line. What does not fit is cut.
  ///
  /// - Throws: ``SpoolError``.
  public func note(_ text: String) throws(SpoolError) {
    let line = Array(text.utf8.prefix(Self.noteByteCount - 1))
    let blanks = [UInt8](repeating: UInt8(ascii: " "), count: Self.noteByteCount - 1 - line.count)
    try file.write((line + blanks + [UInt8(ascii: "\n")]).span, at: 0)
  }

  /// A program, its process, and since when.
  static let noteByteCount = 256
}
