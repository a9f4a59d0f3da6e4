internal import ArgumentParser
internal import PipelineConfig
internal import Spool
internal import SystemPackage
internal import Telemetry

/// Records by number, from 1.
struct RecordRange: Equatable {
  var numbers: ClosedRange<Int>

  /// `17`, or `100-199`.
  init(option text: String) throws {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first >= 1, first <= last else {
      throw ValidationError("\(text): neither the number of a record nor first-last")
    }
    numbers = first...last
  }
}

struct SpoolCat: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "cat",
    abstract: "Print the records of segments, verified.",
    discussion: helpText(
      """
      Like lz4 -dc, and then some: block and content checksums, the count of records and of bytes, and the name in the \
      footer must be right, else it says so and exits 65. Records are printed block by block as they are verified. A \
      name that stands in several queues is refused; name the file then.

      --record picks records by number, from 1; --key those of a key, given as its text, or as a JSON array where a key has \
      several parts. What is not picked is read and verified all the same.
      """,
      examples: """
        weir spool cat spool/media/fetched/done/20261120T234408Z-7k2q-000042.ndjson.lz4 | jq .MediaKey
        weir spool cat 20261120T234408Z-7k2q-000042 --record 17
        weir spool cat 20261120T234408Z-7k2q-000042 --key X1234567
        weir spool cat FILE --record 100-199
        """
    )
  )

  @Argument(help: ArgumentHelp("Files, or names of segments.", valueName: "segment"))
  var segments: [String]

  @Option(
    help: ArgumentHelp("Only these records, from 1.", valueName: "number or first-last"),
    transform: RecordRange.init(option:)
  )
  var record: RecordRange?

  @Option(help: ArgumentHelp("Only records of this key.", valueName: "key"))
  var key: String?

  @OptionGroup var option: SpoolOption

  func run(terminal: any Terminal) throws {
    var output = RecordOutput(to: .standardOutput)
    do {
      for segment in segments {
        let file = try SegmentSearch.file(segment, in: option.spool)
        try Self.print(file, to: &output, only: record, finder: finder(for: file))
      }
    } catch let error as OutputError where error.isClosed {
      return
    }
  }

  private func finder(for file: FilePath) throws -> KeyFinder? {
    guard let key else { return nil }
    let footer = try SegmentReader.footer(of: file)
    let feed = try option.pipeline()?.feed(named: footer.feed)
    guard let fields = KeyFields(footer, feed: feed) else { throw NoKeyFields(feed: footer.feed) }
    return try KeyFinder(key, fields: fields)
  }

  /// Prints every record of a segment, each with its newline.
  ///
  /// - Throws: When the segment is damaged; what was printed before that was right, block for block.
  static func print(
    _ path: FilePath,
    to output: inout RecordOutput,
    only range: RecordRange? = nil,
    finder: KeyFinder? = nil
  ) throws {
    var reader = try SegmentReader(path)
    do {
      _ = try reader.forEachLine { line, number in
        if let range, !range.numbers.contains(number) { return }
        if let finder, !finder.matches(line) { return }
        try output.append(line)
      }
    } catch {
      // What was verified is printed all the same; the first error is the one to tell.
      try? output.flush()
      throw error
    }
    try output.flush()
  }
}
