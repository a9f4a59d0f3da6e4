internal import FoundationEssentials
internal import JSONText
public import SystemPackage

/// Writes the records of one segment that a stage refuses, each whole and with the reason.
///
/// Nothing is created before the first reject. Publishing replaces what the same stage rejected of the same segment
/// before, or removes it when nothing is rejected now, so a stage that is repeated leaves what it would leave alone.
public struct RejectWriter: ~Copyable {
  private let segment: SegmentName
  private let draft: FilePath
  private let target: FilePath
  private let compressionLevel: Int
  private var file: FrameFile?
  private var line = OutputBytes()

  init(segment: SegmentName, stage: StageName, directory: FilePath, compressionLevel: Int) {
    let fileName = RejectedFile.fileName(segment: segment, stage: stage)
    self.segment = segment
    draft = directory.appending(".\(fileName)")
    target = directory.appending(fileName)
    self.compressionLevel = compressionLevel
  }

  /// Rejects so far.
  public private(set) var records = 0

  /// Puts a record aside: `{"reason":…,"field":…,"segment":…,"line":n,"record":…}`.
  ///
  /// - Parameters:
  ///   - record: The record as it came. JSON stays as it is; any other text becomes a JSON string; bytes that are no text
  ///     are kept in base64, as `record_base64`.
  ///   - isJSON: The record is one JSON text without newlines.
  ///   - number: Its line in the segment, from 1.
  ///   - reason: A stable name, or a few words: `no_key`, `column ListPrice: not a number`.
  ///   - field: The field it is about, when there is one.
  /// - Throws: ``SpoolError``.
  public mutating func append(
    record: Span<UInt8>,
    isJSON: Bool,
    line number: Int,
    reason: String,
    field: String? = nil
  ) throws(SpoolError) {
    line.removeAll()
    line.append("{\"reason\":")
    line.appendQuoted(Array(reason.utf8).span)
    line.append(",\"field\":")
    if let field { line.appendQuoted(Array(field.utf8).span) } else { line.append("null") }
    line.append(",\"segment\":\"\(segment)\",\"line\":\(number),")
    appendRecord(record, isJSON: isJSON)
    line.append("}")
    if file == nil { file = try FrameFile(draft: draft, target: target, compressionLevel: compressionLevel) }
    try line.withBytes { bytes throws(SpoolError) in try file?.append(line: bytes) }
    records += 1
  }

  /// Puts a line of such a file back as it is.
  mutating func append(whole line: Span<UInt8>) throws(SpoolError) {
    if file == nil { file = try FrameFile(draft: draft, target: target, compressionLevel: compressionLevel) }
    try file?.append(line: line)
    records += 1
  }

  private mutating func appendRecord(_ record: Span<UInt8>, isJSON: Bool) {
    if isJSON {
      line.append("\"record\":")
      line.append(record)
      return
    }
    let bytes = unsafe record.withUnsafeBufferPointer { unsafe Array($0) }
    if String(validating: bytes, as: UTF8.self) != nil {
      line.append("\"record\":")
      line.appendQuoted(record)
    } else {
      line.append("\"record_base64\":\"\(Data(bytes).base64EncodedString())\"")
    }
  }

  /// Makes the rejects durable and visible.
  ///
  /// - Parameter input: The footer of the segment that they were in.
  /// - Returns: Where they are; nil when there are none.
  /// - Throws: ``SpoolError``.
  public consuming func publish(of input: SegmentFooter) throws(SpoolError) -> FilePath? {
    precondition(input.name == segment, "the rejects of a segment carry its name")
    guard let file = file.take() else {
      if try FileName.remove(target) { try Directory.sync(target.parentDirectory) }
      return nil
    }
    var footer = input
    footer.kind = .rejected
    footer.end = nil
    footer.dropped = [:]
    try file.publish(footer: footer)
    return target
  }
}
