internal import FoundationEssentials
internal import LZ4
internal import SystemPackage

/// The footer as it stands in a file: the payload of a skippable frame, which is the file's last.
///
/// The payload is three lines, so that `tail -n 2 FILE | head -n 1 | jq .` prints the footer:
///
/// ```
/// (empty, so that the next line begins at its beginning)
/// {"bytes":18311,"feed":"media",…}
/// weir-footer 0000019f 5d02a1c4
/// ```
///
/// The last line always has the same length, so the footer is found from the end: bytes of the JSON text, and its CRC-32,
/// in hexadecimal. LZ4 itself does not protect what it skips.
enum FooterFrame {
  /// The last digit of the skippable frame's magic number; 0x184D2A57 has a W in it.
  private static let kind: UInt8 = 7

  private static let mark = "weir-footer "
  private static let trailerByteCount = mark.utf8.count + 8 + 1 + 8 + 1

  /// Longest JSON text of a footer that is written or read, in bytes. The longest parts are a URL and two versions.
  static let jsonByteCountMax = 1 << 20

  /// The least that a data frame has: header, end mark, content checksum.
  private static let dataByteCountMin = 15

  static func encode(_ footer: SegmentFooter) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(footer) else { preconditionFailure("texts and integers have a JSON form") }
    let json = Array(data)
    precondition(json.count <= jsonByteCountMax, "a footer is small")
    let newline = UInt8(ascii: "\n")
    let payload = [newline] + json + [newline] + trailer(for: json)
    return SkippableFrame.frame(kind: kind, payload: payload)
  }

  /// What was found at a file's end.
  struct Found {
    var footer: SegmentFooter
    /// Bytes of the file before the footer's frame; the data frame must fill them.
    var dataByteCount: Int
  }

  /// Reads the end of a file, in one call or, when the footer is long, in two.
  ///
  /// - Throws: ``SpoolError/damaged(_:why:)`` when there is no whole footer.
  static func find(in file: borrowing OpenFile) throws(SpoolError) -> Found {
    let frame = try read(from: file)
    guard let footer = try? JSONDecoder().decode(SegmentFooter.self, from: Data(frame.json)) else {
      throw .damaged(file.path, why: "the footer does not have the members that it should have")
    }
    if let contradiction = footer.contradiction { throw .damaged(file.path, why: contradiction) }
    return Found(footer: footer, dataByteCount: frame.dataByteCount)
  }

  /// The text of a footer, which its checksum was found to agree with.
  struct Frame {
    var json: [UInt8]
    /// Bytes of the file before the footer's frame.
    var dataByteCount: Int
  }

  /// What is read at once; most footers are shorter.
  private static let tailByteCount = 1024

  static func read(from file: borrowing OpenFile) throws(SpoolError) -> Frame {
    func damaged(_ why: String) -> SpoolError { .damaged(file.path, why: why) }
    let fileByteCount = try file.status().size
    guard fileByteCount > 0 else { throw damaged("empty") }
    let tailStart = max(0, fileByteCount - tailByteCount)
    let tail = try file.bytes(at: tailStart, count: fileByteCount - tailStart)
    guard tail.count == fileByteCount - tailStart else { throw damaged("it became shorter while it was read") }
    guard tail.count >= trailerByteCount,
      let jsonByteCount = jsonByteCount(trailer: Array(tail.suffix(trailerByteCount)))
    else { throw damaged("it does not end with a footer; cut off, or something follows") }

    let payloadByteCount = 1 + jsonByteCount + 1 + trailerByteCount
    let dataByteCount = fileByteCount - payloadByteCount - SkippableFrame.headerByteCount
    guard jsonByteCount <= jsonByteCountMax, dataByteCount >= dataByteCountMin else {
      throw damaged("no room for records before the footer")
    }
    let frame =
      dataByteCount >= tailStart
      ? Array(tail[(dataByteCount - tailStart)...])
      : try file.bytes(at: dataByteCount, count: fileByteCount - dataByteCount)
    guard frame.count == fileByteCount - dataByteCount else { throw damaged("it became shorter while it was read") }
    let json = Array(frame[(SkippableFrame.headerByteCount + 1)...].prefix(jsonByteCount))
    // The bytes that this footer would have, were it whole.
    let newline = UInt8(ascii: "\n")
    let payload = [newline] + json + [newline] + trailer(for: json)
    guard frame == SkippableFrame.frame(kind: kind, payload: payload) else {
      throw damaged("the footer's checksum is wrong")
    }
    return Frame(json: json, dataByteCount: dataByteCount)
  }

  /// Written as bytes: a listing makes one for every segment, to compare.
  private static func trailer(for json: [UInt8]) -> [UInt8] {
    let (space, newline) = (UInt8(ascii: " "), UInt8(ascii: "\n"))
    return Array(mark.utf8) + digits(UInt32(json.count)) + [space] + digits(CRC32.checksum(of: json)) + [newline]
  }

  /// Eight hexadecimal digits.
  private static func digits(_ number: UInt32) -> [UInt8] {
    (0..<8).map { place in
      let digit = UInt8(truncatingIfNeeded: number >> (28 - 4 * place)) & 0xF
      return digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
  }

  /// The length in a trailer; whether the rest of it is right shows when the whole footer is compared.
  private static func jsonByteCount(trailer: [UInt8]) -> Int? {
    guard trailer.starts(with: mark.utf8) else { return nil }
    return Int(String(decoding: trailer.dropFirst(mark.utf8.count).prefix(8), as: UTF8.self), radix: 16)
  }
}
