internal import ArgumentParser
internal import Spool
internal import SystemPackage
internal import Telemetry

struct SpoolCat: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "cat",
    abstract: "Print the records of segments, verified.",
    discussion: helpText(
      """
      Like lz4 -dc, and then some: block and content checksums, the count of records and of bytes, and the name in the \
      footer must be right, else it says so and exits 65. Records are printed block by block as they are verified. A \
      name that stands in several queues is refused; name the file then.
      """,
      examples: """
        weir spool cat spool/media/fetched/done/20261120T234408Z-7k2q-000042.ndjson.lz4 | jq .MediaKey
        weir spool cat 20261120T234408Z-7k2q-000042
        """
    )
  )

  @Argument(help: ArgumentHelp("Files, or names of segments.", valueName: "segment"))
  var segments: [String]

  @OptionGroup var option: SpoolOption

  func run(terminal: any Terminal) throws {
    var output = RecordOutput(to: .standardOutput)
    do {
      for segment in segments { try Self.print(SegmentSearch.file(segment, in: option.spool), to: &output) }
    } catch let error as OutputError where error.isClosed {
      return
    }
  }

  /// Prints every record of a segment, each with its newline.
  ///
  /// - Throws: When the segment is damaged; what was printed before that was right, block for block.
  static func print(_ path: FilePath, to output: inout RecordOutput) throws {
    var reader = try SegmentReader(path)
    do {
      _ = try reader.forEachLine { line, _ in try output.append(line) }
    } catch {
      // What was verified is printed all the same; the first error is the one to tell.
      try? output.flush()
      throw error
    }
    try output.flush()
  }
}
