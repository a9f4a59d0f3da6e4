internal import Glibc
internal import Spool
internal import SystemPackage

/// A file of rejected records in a listing.
struct RejectedLine {
  private let file: RejectedFile
  private let footer: SegmentFooter?
  private let ageSeconds: Int

  init(_ file: RejectedFile) {
    self.file = file
    footer = try? SegmentReader.footer(of: file.path)
    let written = (try? file.path.stat(followTargetSymlink: false))?.st_mtim.tv_sec
    ageSeconds = written.map { max(0, Now.seconds - $0) } ?? 0
  }

  /// Tab-separated, as segments are listed; the stage stands where a segment has its state.
  var text: String {
    let figures = [footer?.records, footer?.bytes].map { $0.map(String.init) ?? TextTable.nothing }
    let place = [file.feed, "rejected", file.stage.rawValue, file.segment.description]
    return (place + figures + [AgeText.text(seconds: ageSeconds), file.path.string]).joined(separator: "\t")
  }

  var json: String {
    var line = JSONLine()
    line.add("feed", file.feed)
    line.add("stage", file.stage.rawValue)
    line.add("segment", file.segment.description)
    line.add("records", footer?.records)
    line.add("bytes", footer?.bytes)
    line.add("age_seconds", ageSeconds)
    line.add("path", file.path.string)
    return line.text
  }
}
