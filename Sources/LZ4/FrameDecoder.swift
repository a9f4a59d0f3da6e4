/// Reads LZ4 frames of any kind, from bytes that come piece by piece.
///
/// Skippable frames are skipped: they end like any other and give no content. After the end of one frame the next
/// may follow; whether it should is for the caller to say.
public struct FrameDecoder: ~Copyable {
  /// What one call did.
  public struct Step: Equatable, Sendable {
    /// Bytes of the input that were used; hand over the rest again.
    public var consumed: Int
    /// Bytes of the output that were written, from its beginning.
    public var produced: Int

    public init(consumed: Int = 0, produced: Int = 0) {
      self.consumed = consumed
      self.produced = produced
    }
  }

  /// How the frame is read whose header has come.
  private enum Reading {
    case undecided
    case own(OwnFrameReader)
    case foreign
  }

  private var reading = Reading.undecided
  private var foreign: ForeignFrameReader
  /// What has come of a header that may be ours.
  private var header: [UInt8] = []

  /// The last frame is complete, and its checksums are right. A new frame makes it false again.
  public private(set) var isAtEnd = false

  /// - Throws: ``LZ4Error`` when there is no memory.
  public init() throws(LZ4Error) { foreign = try ForeignFrameReader() }

  /// Decodes until the input is used up, the output is full, or the frame is at its end; where what is left of the output has
  /// no room for the next block, until then.
  ///
  /// Fastest when the output has room for a whole block of the frame: it is then decoded straight into it. Every block
  /// of a frame such as ``FrameEncoder`` makes is checked before any of it is written.
  ///
  /// - Throws: ``LZ4Error`` when the bytes are damaged or no frame; the decoder is then of no use any more.
  public mutating func decode(
    _ input: Span<UInt8>,
    into output: inout MutableSpan<UInt8>
  ) throws(LZ4Error) -> Step {
    var step = Step()
    if case .undecided = reading {
      if !input.isEmpty { isAtEnd = false }
      step.consumed = try readHeader(input)
    }
    let rest = input.extracting(step.consumed...)
    switch reading {
    case .undecided:
      return step
    case .own(var reader):
      // Taken out, so that its buffers have one owner while it works.
      reading = .undecided
      let read = try reader.decode(rest, into: &output)
      isAtEnd = reader.isAtEnd
      if !isAtEnd { reading = .own(reader) }
      return Step(consumed: step.consumed + read.consumed, produced: read.produced)
    case .foreign:
      let read = try foreign.decode(rest, into: &output)
      isAtEnd = foreign.isAtEnd
      if isAtEnd { reading = .undecided }
      return Step(consumed: step.consumed + read.consumed, produced: read.produced)
    }
  }

  /// Takes in the header as long as it is that of our frames; any other is liblz4's to read.
  ///
  /// - Returns: How many bytes of the input were used.
  private mutating func readHeader(_ input: Span<UInt8>) throws(LZ4Error) -> Int {
    let ours = FrameHeader.oursInFull
    var used = 0
    while used < input.count, header.count < ours.count, input[used] == ours[header.count] {
      header.append(input[used])
      used += 1
    }
    if header.count == ours.count {
      reading = .own(OwnFrameReader())
    } else if used < input.count {
      reading = .foreign
      let begun = header
      var none = MutableSpan<UInt8>()
      _ = try foreign.decode(begun.span, into: &none)
    } else {
      return used
    }
    header.removeAll(keepingCapacity: true)
    return used
  }
}

extension FrameDecoder {
  /// Decodes input to its end, or to the end of the frame, and hands on what comes out of it piece by piece.
  ///
  /// - Returns: How many bytes of the input were used; fewer than all only at the end of the frame.
  /// - Throws: ``LZ4Error``, or what `body` throws.
  public mutating func decode(_ input: Span<UInt8>, _ body: (Span<UInt8>) throws -> Void) throws -> Int {
    var piece = [UInt8](repeating: 0, count: FrameEncoder.blockByteCount)
    var consumed = 0
    repeat {
      var room = piece.mutableSpan
      let step = try decode(input.extracting(consumed...), into: &room)
      consumed += step.consumed
      if step.produced > 0 { try body(piece.span.extracting(..<step.produced)) }
      if step == Step() { break }
    } while !isAtEnd
    return consumed
  }
}
