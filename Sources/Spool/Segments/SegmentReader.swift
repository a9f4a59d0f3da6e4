internal import LZ4
public import SystemPackage

/// Reads a segment, line by line, and proves on the way that it is whole.
///
/// Memory is bounded by a block and the longest line, and by what the footer announces, whatever the segment's size. Every block's checksum is checked
/// before its lines are handed on; what only the end can show (the content's checksum, the counts, that no other frame
/// follows) makes ``forEachLine(_:)`` throw after the last line. So what was made of the lines counts only when it returns.
public struct SegmentReader: ~Copyable {
  /// Longest line that is read or written, in bytes. A record of that size is no record; without a bound a damaged or
  /// hostile file could take all memory.
  public static let lineByteCountMax = 256 << 20

  /// Compressed bytes read at once.
  private static let inputByteCount = 256 << 10

  private let file: OpenFile
  private let found: FooterFrame.Found
  private var decoder: FrameDecoder
  private var input: [UInt8]
  private var buffer = LineBuffer(capacity: 2 * FrameEncoder.blockByteCount)
  private var wasRead = false

  /// Opens a segment, or a file of rejected records, and reads its footer.
  ///
  /// A file in a queue's directory must say in its footer that it belongs to that feed and queue. Elsewhere the name
  /// alone must agree.
  ///
  /// - Throws: ``SpoolError``.
  public init(_ path: FilePath) throws(SpoolError) {
    let file = try OpenFile(path)
    let found = try FooterFrame.find(in: file)
    try Self.checkName(path, found.footer)
    let decoder: FrameDecoder
    do { decoder = try FrameDecoder() } catch {
      throw .system(.noMemory, call: "LZ4F_createDecompressionContext", path: path)
    }
    self.file = file
    self.found = found
    self.decoder = decoder
    // A small segment needs no more than its size.
    input = [UInt8](repeating: 0, count: min(Self.inputByteCount, found.dataByteCount))
  }

  /// What the segment says of itself.
  public var footer: SegmentFooter { found.footer }

  /// A segment's footer; reads the end of the file and nothing else.
  ///
  /// - Throws: ``SpoolError``.
  public static func footer(of path: FilePath) throws(SpoolError) -> SegmentFooter {
    let footer = try FooterFrame.find(in: try OpenFile(path)).footer
    try checkName(path, footer)
    return footer
  }

  /// Hands each line to `body`, without its newline, with its number from 1.
  ///
  /// - Returns: The footer, which the content was found to agree with.
  /// - Throws: ``SpoolError/damaged(_:why:)``, or what `body` throws, which ends the reading.
  public mutating func forEachLine(_ body: (_ line: Span<UInt8>, _ number: Int) throws -> Void) throws -> SegmentFooter
  {
    precondition(!wasRead, "a reader reads its segment once")
    wasRead = true
    let header = try file.bytes(at: 0, count: FrameHeader.byteCount)
    guard FrameHeader(header.span) == .ours else {
      throw damaged("it does not begin with a frame as a stage writes it")
    }

    let (footer, path) = (found.footer, file.path)
    var records = 0
    var bytes = 0
    var offset = 0
    while !decoder.isAtEnd {
      let count = try readInput(at: offset)
      guard count > 0 else { throw damaged("the data frame does not end") }
      var used = 0
      // What was decoded may not have fitted: the input is done with when the decoder neither takes nor gives anything.
      var isIdle = false
      while !decoder.isAtEnd, !isIdle {
        let step = try decode(from: used, to: count)
        used += step.consumed
        isIdle = step == FrameDecoder.Step()
        try buffer.takeLines { line in
          records += 1
          bytes += line.count + 1
          // Stops a file that goes on and on early, and never hands on more than was announced.
          guard records <= footer.records, bytes <= footer.bytes else {
            throw SpoolError.damaged(path, why: "more content than its footer says")
          }
          try body(line, records)
        }
        guard buffer.unfinishedByteCount <= min(Self.lineByteCountMax, footer.bytes - bytes) else {
          throw damaged("a line that does not end, or more content than its footer says")
        }
      }
      guard used > 0 || decoder.isAtEnd else { throw damaged("the data frame does not go on") }
      offset += used
    }
    guard offset == found.dataByteCount else { throw damaged("more than one frame of data") }
    guard buffer.unfinishedByteCount == 0 else { throw damaged("the last line has no end") }
    guard records == footer.records, bytes == footer.bytes else {
      throw damaged("\(records) records and \(bytes) bytes, and its footer says \(footer.records) and \(footer.bytes)")
    }
    return footer
  }

  /// Fills the input from the data frame, and not from what follows it.
  private mutating func readInput(at offset: Int) throws(SpoolError) -> Int {
    let room = min(Self.inputByteCount, found.dataByteCount - offset)
    return room == 0 ? 0 : try file.read(at: offset, into: &input, 0..<room)
  }

  private mutating func decode(from start: Int, to end: Int) throws(SpoolError) -> FrameDecoder.Step {
    do throws(LZ4Error) {
      return try Self.decode(input, start..<end, &decoder, &buffer)
    } catch {
      throw damaged(error.description)
    }
  }

  private static func decode(
    _ input: [UInt8],
    _ part: Range<Int>,
    _ decoder: inout FrameDecoder,
    _ buffer: inout LineBuffer
  ) throws(LZ4Error) -> FrameDecoder.Step {
    var step = FrameDecoder.Step()
    try buffer.fill(room: FrameEncoder.blockByteCount) { room throws(LZ4Error) in
      step = try decoder.decode(input.span.extracting(part), into: &room)
      return step.produced
    }
    return step
  }

  private func damaged(_ why: String) -> SpoolError { .damaged(file.path, why: why) }

  private static func checkName(_ path: FilePath, _ footer: SegmentFooter) throws(SpoolError) {
    let fileName = path.lastComponent?.string ?? ""
    let expected = RejectedFile.fileName(for: footer) ?? footer.name.fileName
    guard fileName == expected else {
      throw .damaged(path, why: "its footer says that it is \(expected)")
    }
    guard let location = SegmentLocation(path: path) else { return }
    guard location.feed == footer.feed, location.queue == footer.stage else {
      throw .damaged(path, why: "its footer says that it belongs to \(footer.feed)/\(footer.stage.rawValue)")
    }
  }
}
