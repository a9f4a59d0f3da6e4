internal import FoundationEssentials
internal import JSONText

/// One record that a stage put aside, as its line says: `{"reason":…,"field":…,"segment":…,"line":n,"record":…}`.
public struct RejectedRecord: Equatable, Sendable {
  public var reason: String
  public var field: String?
  public var segment: SegmentName
  /// The record's line in the segment, from 1.
  public var line: Int
  /// The record, as bytes on one line.
  public var record: [UInt8]

  /// - Parameter text: The line, without its newline.
  /// - Throws: ``RejectedLineError`` when it is none of a rejected record.
  public init(_ text: Span<UInt8>) throws(RejectedLineError) {
    var parser = JSONParser()
    do throws(JSONError) { try parser.parse(text) } catch { throw RejectedLineError(why: error.description) }
    let root = parser.root
    guard parser.kind(root) == .object else { throw RejectedLineError(why: "not an object") }
    func member(_ name: String) -> String? {
      guard let node = parser.member(root, JSONName(name)), parser.kind(node).isString else { return nil }
      return parser.string(node)
    }
    guard let segment = member("segment").flatMap({ SegmentName($0) }) else {
      throw RejectedLineError(why: "\"segment\" is not the name of a segment")
    }
    guard let node = parser.member(root, JSONName("line")), let line = Int(parser.rawString(node)), line > 0 else {
      throw RejectedLineError(why: "\"line\" is not the number of a line")
    }
    reason = member("reason") ?? ""
    field = member("field")
    self.segment = segment
    self.line = line
    record = try Self.record(of: root, parser)
    guard !record.contains(UInt8(ascii: "\n")) else {
      throw RejectedLineError(why: "the record has more than one line")
    }
  }

  private static func record(of root: JSONNode, _ parser: borrowing JSONParser) throws(RejectedLineError) -> [UInt8] {
    if let node = parser.member(root, JSONName("record")) {
      // What came was no JSON when it stands here as a string: it goes back as it came.
      if parser.kind(node).isString { return unsafe parser.withText(node) { unsafe Array($0) } }
      return unsafe parser.withRaw(node) { unsafe Array($0) }
    }
    guard let node = parser.member(root, JSONName("record_base64")),
      let data = Data(base64Encoded: parser.string(node))
    else { throw RejectedLineError(why: "no \"record\"") }
    return [UInt8](data)
  }
}

/// A line is not that of a rejected record.
public struct RejectedLineError: Error, Equatable, CustomStringConvertible {
  public var why: String
  public var description: String { why }
}
