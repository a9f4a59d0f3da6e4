internal import ArgumentParser
internal import FoundationEssentials
internal import Spool
internal import SystemPackage
internal import Telemetry

struct SpoolRetry: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry",
    abstract: "Send rejected records through again, as they are or after an edit.",
    discussion: helpText(
      """
      Names a file of rejected records, or the segment that they came in. Its records become a segment of a new run in \
      the queue fetched, whose path is printed; then the file goes. At equal versions the later run wins, so a record \
      that was mended arrives; of a feed without a cursor it is taken for the newest.

      --records FILE takes the lines of such a file after an edit of their "record" (- reads standard input): those are \
      sent, and what is not among them stays put aside. Name the one file then that they came from, where two stages have \
      refused records of a segment.
      """,
      examples: """
        weir spool retry 20261120T234408Z-7k2q-000042 | weir-hash - | weir-stage - | weir-merge -
        weir spool retry ALL --feed media --dry-run
        weir spool cat FILE | sed 's/"N\\/A"/null/' >mended.ndjson && weir spool retry FILE --records mended.ndjson
        """
    )
  )

  @Argument(
    help: ArgumentHelp(
      "Files of rejected records, or names of segments; - reads them from standard input, ALL is every file.",
      valueName: "file"
    )
  )
  var files: [String]

  @Option(help: ArgumentHelp("Only of this feed.", valueName: "name"))
  var feed: String?

  @Option(help: ArgumentHelp("The lines to send, edited.", valueName: "path"))
  var records: String?

  @Flag(help: "Say what would be sent, and send nothing.")
  var dryRun = false

  @OptionGroup var option: SpoolOption

  func validate() throws {
    if records == "-", files.contains("-") { throw ValidationError("standard input holds files or records, not both") }
  }

  func run(terminal: any Terminal) throws {
    let spool = try option.spool()
    let edits = try records.map { try RecordEdits(lines: Self.lines(of: $0), of: $0) }
    let chosen = try chosen(in: spool)
    if edits != nil { try Self.requireOneFileEach(chosen) }
    var sent = 0
    for feed in Set(chosen.map(\.feed)).sorted() {
      var run = RetryRun(spool: spool, feed: feed)
      for file in chosen where file.feed == feed {
        let edited = edits?.records(of: file.segment)
        if dryRun {
          let count = try SegmentReader.footer(of: file.path).records
          terminal.data("\(file.path)\t\(edited.map { min($0.count, count) } ?? count)")
        } else if let segment = try run.add(file, edits: edited) {
          sent += segment.records
          terminal.data("\(segment.path)")
        }
      }
      if let end = try run.finish() { terminal.data("\(end)") }
    }
    guard !dryRun else { return }
    terminal.note("\(sent) records sent again")
    if let edits, sent < edits.count { throw UnusedEdits(count: edits.count - sent) }
  }

  private func chosen(in spool: Spool) throws -> [RejectedFile] {
    let all = try spool.feeds(asked: feed).flatMap { try spool.rejected(feed: $0) }
    var chosen: [RejectedFile] = []
    for text in files.flatMap({ $0 == "-" ? StandardInput.lines() : [$0] }) {
      let meant = text == SegmentChoice.all ? all : all.filter { Self.isMeant($0, by: text) }
      if meant.isEmpty, text != SegmentChoice.all { throw NoRejects(text: text) }
      chosen += meant.filter { !chosen.contains($0) }
    }
    return chosen
  }

  /// An edited line says its segment and its place there, and not which stage refused it: two files of one segment could
  /// both have such a line.
  private static func requireOneFileEach(_ files: [RejectedFile]) throws(SeveralPlaces) {
    for file in files {
      let same = files.filter { $0.feed == file.feed && $0.segment == file.segment }
      if same.count > 1 { throw SeveralPlaces(text: "\(file.segment)", paths: same.map(\.path)) }
    }
  }

  private static func isMeant(_ file: RejectedFile, by text: String) -> Bool {
    let name = FilePath(text).lastComponent?.string ?? text
    return name == file.path.lastComponent?.string || (try? SegmentSearch.name(text)) == file.segment
  }

  /// Lines of a file, or of standard input, without their newlines.
  private static func lines(of file: String) throws -> [[UInt8]] {
    let bytes: [UInt8]
    if file == "-" {
      bytes = StandardInput.lines().flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] }
    } else {
      guard let data = FileManager.default.contents(atPath: file) else { throw NotASegment(text: file) }
      bytes = [UInt8](data)
    }
    return bytes.split(separator: UInt8(ascii: "\n")).map(Array.init)
  }
}

/// Records that a person has edited, by the segment and the line that they came from.
struct RecordEdits {
  private var records: [SegmentName: [Int: [UInt8]]] = [:]
  let count: Int

  /// - Throws: When a line is not one of rejected records, or two say the same place.
  init(lines: [[UInt8]], of file: String) throws(BadEdit) {
    for (index, line) in lines.enumerated() {
      let edited: RejectedRecord
      do { edited = try RejectedRecord(line.span) } catch {
        throw BadEdit(file: file, line: index + 1, why: "\(error)")
      }
      if records[edited.segment, default: [:]].updateValue(edited.record, forKey: edited.line) != nil {
        throw BadEdit(file: file, line: index + 1, why: "line \(edited.line) of \(edited.segment) is there twice")
      }
    }
    count = lines.count
  }

  func records(of segment: SegmentName) -> [Int: [UInt8]] { records[segment] ?? [:] }
}

/// A line of edited records cannot be used.
struct BadEdit: OperatorError, Equatable {
  var file: String
  var line: Int
  var why: String

  var message: String { "\(file): line \(line): \(why)" }
  var hint: String? { "edit only what stands under \"record\" in the lines that weir spool cat prints" }
  var exitStatus: ExitStatus { .dataError }
}

/// Edited records that none of the files had.
struct UnusedEdits: OperatorError, Equatable {
  var count: Int

  var message: String { "\(count) edited records are in none of the files that were named" }
  var hint: String? { "name the file they came from; weir spool ls --rejected lists all" }
  var exitStatus: ExitStatus { .dataError }
}

/// No rejected records are there under that name.
struct NoRejects: OperatorError, Equatable {
  var text: String

  var message: String { "\(text): no rejected records" }
  var hint: String? { "weir spool ls --rejected lists the files there are" }
  var exitStatus: ExitStatus { .noInput }
}
