internal import PipelineConfig
internal import Spool
internal import SystemPackage

/// A segment that is being written, and what its footer will say.
struct OpenSegment: ~Copyable {
  private var writer: SegmentWriter
  private(set) var versions: VersionSpan?
  private(set) var source: SegmentSource
  private let began = ContinuousClock.now

  init(writer: consuming SegmentWriter, versions: VersionSpan?, source: PageSource) {
    self.writer = writer
    self.versions = versions
    self.source = SegmentSource(firstPage: source.number, lastPage: source.number, firstURL: source.url())
  }

  var records: Int { writer.records }

  /// What the footer would say now.
  var content: (records: Int, versions: VersionSpan?, source: SegmentSource) { (writer.records, versions, source) }

  mutating func append(_ line: Span<UInt8>, version: Span<UInt8>, page: Int) throws(SpoolError) {
    try writer.append(line: line)
    versions?.include(version)
    source.lastPage = page
  }

  /// Leaves nothing of the lines in this program's memory.
  mutating func flush() throws(SpoolError) { try writer.flush() }

  func isFull(_ limits: SegmentLimits) -> Bool { writer.records >= limits.records || writer.bytes >= limits.bytes }

  func isDue(_ limits: SegmentLimits) -> Bool { ContinuousClock.now - began >= limits.time }

  consuming func publish(footer: SegmentFooter) throws(SpoolError) -> FilePath { try writer.publish(footer: footer) }
}
