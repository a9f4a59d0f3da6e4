internal import LZ4
internal import SystemPackage

/// A file of lines being written: one LZ4 frame, then the footer.
struct FrameFile: ~Copyable {
  private let draft: DraftFile
  private var encoder: FrameEncoder
  private let target: FilePath
  private(set) var records = 0
  private(set) var bytes = 0
  /// Why a block did not reach the file. What comes behind it would make a file that lacks its middle.
  private var failure: SpoolError?

  init(draft path: FilePath, target: FilePath, compressionLevel: Int) throws(SpoolError) {
    let draft = try DraftFile(path, for: target)
    let encoder: FrameEncoder
    do {
      encoder = try FrameEncoder(compressionLevel: compressionLevel)
    } catch {
      throw .system(.noMemory, call: "malloc", path: path)
    }
    self.draft = draft
    self.encoder = encoder
    self.target = target
  }

  mutating func append(line: Span<UInt8>) throws(SpoolError) {
    guard line.count <= SegmentReader.lineByteCountMax else {
      throw .recordTooLong(byteCount: line.count, target)
    }
    assert(LineScanner.nextNewline(in: line, from: 0) == nil, "a line has no newline inside")
    do throws(SpoolError) { try Self.write(line, &encoder, draft) } catch {
      failure = error
      throw error
    }
    records += 1
    bytes += line.count + 1
  }

  private static func write(
    _ line: Span<UInt8>,
    _ encoder: inout FrameEncoder,
    _ draft: borrowing DraftFile
  ) throws(SpoolError) {
    let newline: [1 of UInt8] = [0x0A]
    try encoder.append(line) { block throws(SpoolError) in try draft.write(block) }
    try encoder.append(newline.span) { block throws(SpoolError) in try draft.write(block) }
  }

  /// Leaves nothing in this program's memory: what was added is the system's to keep, also when the program is killed.
  mutating func flush() throws(SpoolError) {
    do throws(SpoolError) { try Self.flush(&encoder, draft) } catch {
      failure = error
      throw error
    }
  }

  private static func flush(_ encoder: inout FrameEncoder, _ draft: borrowing DraftFile) throws(SpoolError) {
    try encoder.flush { block throws(SpoolError) in try draft.write(block) }
  }

  /// Ends the file. The footer's counts of records and bytes are set here.
  ///
  /// - Throws: ``SpoolError``; also what an earlier writing threw, since the file is not whole then.
  consuming func publish(footer: SegmentFooter) throws(SpoolError) {
    if let failure { throw failure }
    var footer = footer
    footer.records = records
    footer.bytes = bytes
    if let contradiction = footer.contradiction { preconditionFailure(contradiction) }
    let draft = draft
    try encoder.finish { block throws(SpoolError) in try draft.write(block) }
    try draft.write(FooterFrame.encode(footer).span)
    try draft.publish()
  }
}
