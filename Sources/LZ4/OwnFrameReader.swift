internal import CLZ4

/// Reads what follows the header in a frame such as ``FrameEncoder`` makes.
///
/// A block that lies whole in the input is decoded where it lies, and one for which there is room straight into the output.
struct OwnFrameReader: Sendable {
  private enum Part {
    case blockHead
    /// So many bytes, as they are or compressed, and their checksum.
    case block(Int, isStored: Bool)
    case contentChecksum
    case end
  }

  private static let blockMax = FrameEncoder.blockByteCount
  private static let word = FrameEncoder.wordByteCount

  private var part = Part.blockHead
  private var content = Checksum()
  /// The beginning of a part of which the input has not brought the rest.
  private var held: [UInt8] = []
  /// A block that found no room in the output, and how much of it is handed out.
  private var plain: [UInt8] = []
  private var left = 0..<0

  /// Everything was read and handed out, and all checksums are right.
  var isAtEnd: Bool { if case .end = part { left.isEmpty } else { false } }

  /// As ``FrameDecoder/decode(_:into:)``.
  mutating func decode(
    _ input: Span<UInt8>,
    into output: inout MutableSpan<UInt8>
  ) throws(LZ4Error) -> FrameDecoder.Step {
    var step = FrameDecoder.Step()
    while true {
      handOut(into: &output, &step)
      guard left.isEmpty else { return step }
      switch part {
      case .end:
        return step
      case .blockHead:
        guard let number = number(in: input, &step) else { return step }
        let size = Int(number & ~FrameEncoder.isStored)
        guard size <= Self.blockMax else { throw LZ4Error("maxBlockSize invalid") }
        part = number == 0 ? .contentChecksum : .block(size, isStored: number != UInt32(size))
      case .block(let size, let isStored):
        let hasRoom = output.count - step.produced >= Self.blockMax
        // Asked again, there is room for it.
        if !hasRoom, step.produced > 0 { return step }
        guard let place = take(size + Self.word, of: input, &step) else { return step }
        switch place {
        case .input(let range):
          try readBlock(input.extracting(range), isStored: isStored, into: &output, hasRoom: hasRoom, &step)
        case .held:
          let bytes = held
          held.removeAll(keepingCapacity: true)
          try readBlock(bytes.span, isStored: isStored, into: &output, hasRoom: hasRoom, &step)
        }
        part = .blockHead
      case .contentChecksum:
        guard let number = number(in: input, &step) else { return step }
        guard number == content.value else { throw LZ4Error("contentChecksum invalid") }
        part = .end
      }
    }
  }
}

extension OwnFrameReader {
  /// Where the bytes of a part lie.
  private enum Place {
    case input(Range<Int>)
    case held
  }

  /// So many bytes, from the input alone where it has them all; nil when it has not yet brought them.
  private mutating func take(_ count: Int, of input: Span<UInt8>, _ step: inout FrameDecoder.Step) -> Place? {
    let there = input.count - step.consumed
    if held.isEmpty, there >= count {
      defer { step.consumed += count }
      return .input(step.consumed..<step.consumed + count)
    }
    let piece = min(count - held.count, there)
    let rest = input.extracting(step.consumed..<step.consumed + piece)
    unsafe rest.withUnsafeBufferPointer { unsafe held.append(contentsOf: $0) }
    step.consumed += piece
    return held.count == count ? .held : nil
  }

  private mutating func number(in input: Span<UInt8>, _ step: inout FrameDecoder.Step) -> UInt32? {
    guard let place = take(Self.word, of: input, &step) else { return nil }
    switch place {
    case .input(let range): return Self.number(input.extracting(range))
    case .held:
      defer { held.removeAll(keepingCapacity: true) }
      return Self.number(held.span)
    }
  }

  private static func number(_ bytes: Span<UInt8>) -> UInt32 {
    (0..<word).reduce(0) { $0 | UInt32(bytes[$1]) << (8 * $1) }
  }

  /// A block with its checksum, which is looked at before anything is written.
  private mutating func readBlock(
    _ bytes: Span<UInt8>,
    isStored: Bool,
    into output: inout MutableSpan<UInt8>,
    hasRoom: Bool,
    _ step: inout FrameDecoder.Step
  ) throws(LZ4Error) {
    let body = bytes.extracting(..<(bytes.count - Self.word))
    guard Self.number(bytes.extracting(body.count...)) == Checksum.of(body) else {
      throw LZ4Error("blockChecksum invalid")
    }
    if hasRoom {
      let start = step.produced
      let size = try unsafe output.withUnsafeMutableBufferPointer { output throws(LZ4Error) in
        let target = unsafe UnsafeMutableBufferPointer(rebasing: output[start..<start + Self.blockMax])
        return try unsafe Self.write(body, isStored: isStored, to: target)
      }
      content.add(output.span.extracting(start..<start + size))
      step.produced += size
    } else {
      if plain.isEmpty { plain = [UInt8](repeating: 0, count: Self.blockMax) }
      let size = try unsafe plain.withUnsafeMutableBufferPointer { plain throws(LZ4Error) in
        try unsafe Self.write(body, isStored: isStored, to: plain)
      }
      var checksum = content
      checksum.add(plain.span.extracting(..<size))
      content = checksum
      left = 0..<size
    }
  }

  /// Writes a block's content to where there is room for the longest.
  private static func write(
    _ body: Span<UInt8>,
    isStored: Bool,
    to target: UnsafeMutableBufferPointer<UInt8>
  ) throws(LZ4Error) -> Int {
    let size = unsafe body.withUnsafeBufferPointer { source in
      guard let to = target.baseAddress, let from = source.baseAddress else { return 0 }
      if isStored {
        unsafe to.update(from: from, count: source.count)
        return source.count
      }
      return unsafe source.withMemoryRebound(to: CChar.self) { source in
        unsafe target.withMemoryRebound(to: CChar.self) { target in
          Int(
            unsafe LZ4_decompress_safe(source.baseAddress, target.baseAddress, Int32(source.count), Int32(target.count))
          )
        }
      }
    }
    guard size >= 0 else { throw LZ4Error("decompressionFailed") }
    return size
  }

  private mutating func handOut(into output: inout MutableSpan<UInt8>, _ step: inout FrameDecoder.Step) {
    let (piece, start, place) = (min(left.count, output.count - step.produced), left.lowerBound, step.produced)
    guard piece > 0 else { return }
    unsafe plain.withUnsafeBufferPointer { plain in
      unsafe output.withUnsafeMutableBufferPointer { output in
        guard let from = plain.baseAddress, let to = output.baseAddress else { return }
        unsafe (to + place).update(from: from + start, count: piece)
      }
    }
    left = start + piece..<left.upperBound
    step.produced += piece
  }
}
