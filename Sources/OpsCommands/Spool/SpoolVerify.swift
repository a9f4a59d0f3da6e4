internal import ArgumentParser
internal import Spool
internal import SystemPackage
internal import Telemetry

struct SpoolVerify: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check segments whole: checksums, counts, names, footers.",
    discussion: helpText(
      """
      Prints a line for each file that is wrong, tab-separated: path, reason; exits 65 when there is any. Drafts in \
      incoming are not looked at: a stage is writing them, or has died and will write them anew.
      """,
      examples: """
        weir spool verify                         the whole spool
        weir spool verify spool/media/fetched/done/*.lz4
        weir spool verify | cut -f 1              only the files
        """
    )
  )

  @Argument(help: "Files to check; none: every segment and every file of rejected records in the spool.")
  var paths: [String] = []

  @OptionGroup var option: SpoolOption

  func run(terminal: any Terminal) throws {
    var damaged = 0
    var total = SegmentCheck()
    let files = try paths.isEmpty ? everything() : paths.map { FilePath($0) }
    for file in files {
      do {
        total.add(try SegmentCheck.check(file))
      } catch {
        damaged += 1
        terminal.data("\(file)\t\(reason(error))")
      }
    }
    terminal.note("\(files.count) files, \(total.records) records, \(total.bytes) bytes; \(damaged) wrong")
    if damaged > 0 { throw ExitCode(ExitStatus.dataError) }
  }

  /// A reason that is a field of its own line.
  private func reason(_ error: any Error) -> String {
    let message = (error as? any OperatorError)?.message ?? "\(error)"
    return String(message.map { $0.isNewline || $0 == "\t" ? " " : $0 })
  }

  private func everything() throws -> [FilePath] {
    let spool = try option.spool()
    return try spool.feeds().sorted().flatMap { feed in
      let segments = try spool.entries(feed: feed, states: [.ready, .done, .held]).map(\.path)
      return try segments + spool.rejected(feed: feed).map(\.path)
    }
  }
}

/// What one look through a segment found in it.
struct SegmentCheck: Equatable {
  var records = 0
  var bytes = 0

  mutating func add(_ other: SegmentCheck) {
    records += other.records
    bytes += other.bytes
  }

  /// Reads a segment to its end.
  ///
  /// - Throws: The first thing that is wrong with it.
  static func check(_ path: FilePath) throws -> SegmentCheck {
    var check = SegmentCheck()
    var reader = try SegmentReader(path)
    _ = try reader.forEachLine { line, _ in
      check.records += 1
      check.bytes += line.count + 1
    }
    return check
  }
}
