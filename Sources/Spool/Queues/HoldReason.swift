internal import SystemPackage

/// Why a segment was set aside.
public struct HoldReason: Equatable, Sendable {
  /// A stable name, for programs: `damaged`, `refused`.
  public var name: String
  /// One line, for a person.
  public var message: String

  public init(name: String, message: String) {
    self.name = name
    self.message = message
  }

  /// The name by itself, then the message: the note beside a held segment.
  var text: String { "\(Self.oneLine(name))\n\(Self.oneLine(message))\n" }

  init(text: String) {
    let lines = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    name = lines[0]
    message = lines.count > 1 ? Self.oneLine(lines[1]) : ""
  }

  private static func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}

extension SpoolQueue {
  /// Why a segment is in `held`; nil when there is no note.
  ///
  /// - Throws: ``SpoolError``.
  public func holdReason(of segment: SegmentName) throws(SpoolError) -> HoldReason? {
    do throws(SpoolError) {
      let bytes = try OpenFile(notePath(of: segment)).bytes(at: 0, count: Self.noteByteCountMax)
      return HoldReason(text: String(decoding: bytes, as: UTF8.self))
    } catch .system(.noSuchFileOrDirectory, _, _) {
      return nil
    }
  }

  /// Writes the note beside a segment that is held, or is about to be, in the place of one that is there.
  ///
  /// - Throws: ``SpoolError``; an older note is then as it was.
  public func note(_ reason: HoldReason, for segment: SegmentName) throws(SpoolError) {
    let draft = try DraftFile(noteDraftPath(of: segment), for: notePath(of: segment))
    try draft.write(Array(reason.text.utf8).span)
    try draft.publish()
  }

  /// Most bytes of a note that are read; they are two lines.
  private static let noteByteCountMax = 64 << 10

  /// What follows the segment's file name in the name of its note.
  static let noteSuffix = ".error"

  func notePath(of segment: SegmentName) -> FilePath {
    directory(.held).appending(segment.fileName + Self.noteSuffix)
  }

  func noteDraftPath(of segment: SegmentName) -> FilePath {
    directory(.held).appending("." + segment.fileName + Self.noteSuffix)
  }
}
