internal import ArgumentParser
internal import Spool
internal import SystemPackage
internal import Telemetry

struct SpoolExplain: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say in words what a segment says of itself, and why it is where it is.",
    discussion: helpText(
      "Reads the footer alone; verify reads everything. What is damaged says so (65).",
      examples: """
        weir spool explain 20261120T234408Z-7k2q-000042
        weir spool explain spool/media/hashed/held/20261120T234408Z-7k2q-000042.ndjson.lz4
        """
    )
  )

  @Argument(
    help: ArgumentHelp("A file, or the name of a segment: it is explained wherever it is.", valueName: "segment")
  )
  var segment: String

  @OptionGroup var option: SpoolOption

  func run(terminal: any Terminal) throws {
    var worst = ExitStatus.success
    // Outside of a spool a file still says what it is.
    let spool = try? option.spool()
    for file in try files() {
      let location = spool.flatMap { try? $0.locate(file) }
      let isDraft = location?.state == .incoming
      terminal.data("\(file)")
      do throws(SpoolError) {
        // A draft has nothing to say yet.
        let footer = isDraft ? nil : try SegmentReader.footer(of: file)
        for line in footer.map(FooterText.lines) ?? [] { terminal.data("  \(line)") }
      } catch {
        terminal.data("  \(error.message)")
        worst = .worse(worst, error.exitStatus)
      }
      for line in whereabouts(location, in: spool) { terminal.data("  \(line)") }
    }
    if worst != .success { throw ExitCode(worst) }
  }

  private func files() throws -> [FilePath] {
    if (try? FilePath(segment).stat(followTargetSymlink: false)) != nil { return [FilePath(segment)] }
    let places = try SegmentSearch.places(of: SegmentSearch.name(segment), in: option.spool())
    guard !places.isEmpty else { throw SegmentNotFound(text: segment) }
    return places.map(\.path)
  }

  /// What its folder says, when it is in a spool that is ours.
  private func whereabouts(_ location: SegmentLocation?, in spool: Spool?) -> [String] {
    guard let spool, let location,
      let queue = try? spool.queue(location.queue, feed: location.feed),
      let stored = try? queue.stored(location.name, in: [location.state]).first
    else { return [] }
    let age = AgeText.text(seconds: stored.ageSeconds(at: Now.seconds))
    switch location.state {
    case .incoming: return ["It is being written, or its writer died: \(stored.isClaimed ? "locked" : "not locked")."]
    case .done: return ["It was worked off, and is kept for as long as spool.keep says; written \(age) ago."]
    case .ready:
      let attempts = (try? queue.attempts(at: location.name)) ?? 0
      let deaths = attempts > 0 ? " \(attempts) attempts at it have not ended." : ""
      return ["It is ready since \(age)\(stored.isClaimed ? ", and a worker has it" : ", and nobody has it").\(deaths)"]
    case .held:
      let reason = try? queue.holdReason(of: location.name)
      let why = reason.map { "\($0.name): \($0.message)" } ?? "nobody wrote down why"
      return ["It is held: \(why).", cure(of: location, isDamaged: reason?.name == "damaged")]
    }
  }
}

extension SpoolExplain {
  /// What is damaged is made again from what it was made of; anything else is tried again when its cause is cured.
  private func cure(of location: SegmentLocation, isDamaged: Bool) -> String {
    guard isDamaged else { return "To try again: weir spool release \(location.name)" }
    let maker = StageName.allCases.last { $0.input.map { $0 < location.queue } ?? false }
    guard let maker else { return "To fetch it again: weir-fetch \(location.feed)" }
    return "To make it again: weir spool redo \(maker.rawValue) \(location.name)"
  }
}

extension QueueName {
  /// Whether a segment comes through the one queue before the other.
  fileprivate static func < (left: QueueName, right: QueueName) -> Bool {
    (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
  }
}

/// A footer as sentences.
enum FooterText {
  static func lines(_ footer: SegmentFooter) -> [String] {
    var lines = [what(footer)]
    if footer.kind != .end {
      lines.append(
        "Of \(count(footer.fetched, "record")) that were fetched, \(footer.records) are in it\(dropped(footer))."
      )
    }
    if let lowest = footer.lowestVersion, let highest = footer.highestVersion {
      lines.append("Versions from \(lowest) to \(highest).")
    }
    if let source = footer.source { lines.append(pages(source)) }
    if let retry = footer.retryOf { lines.append("It sends records through again that were put aside in \(retry).") }
    if let end = footer.end { lines += end.lines }
    lines.append("Fetched by \(footer.program); closed at \(footer.fetchedAt).")
    return lines
  }

  private static func what(_ footer: SegmentFooter) -> String {
    let run = "run \(footer.run) of \(footer.feed), \(footer.mode.rawValue)"
    return switch footer.kind {
    case .data: "Segment \(footer.sequence) of the \(run): \(footer.bytes) bytes in the queue \(footer.stage.rawValue)."
    case .end: "The end of the \(run), in the queue \(footer.stage.rawValue)."
    case .rejected:
      "Records of segment \(footer.sequence) of the \(run) that were put aside on the way out of \(footer.stage.rawValue)."
    }
  }

  private static func dropped(_ footer: SegmentFooter) -> String {
    let parts = footer.dropped.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    return parts.isEmpty ? "" : "; left out: \(parts.joined(separator: ", "))"
  }

  private static func pages(_ source: SegmentSource) -> String {
    let pages =
      source.firstPage == source.lastPage
      ? "page \(source.firstPage)" : "pages \(source.firstPage) to \(source.lastPage)"
    return "From \(pages) of the run\(source.firstURL.map { ", first asked for as \($0)" } ?? "")."
  }

  fileprivate static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }
}

extension EndOfRun {
  fileprivate var lines: [String] {
    let answer = complete ? "the vendor's answer was read to its end" : "the vendor's answer was not read to its end"
    var lines = [
      "The run made \(FooterText.count(segments, "segment")) with \(FooterText.count(records, "record")); \(answer)."
    ]
    if let since { lines.append("It began from the watermark \(since).") }
    if let watermark { lines.append("The watermark after it is \(watermark).") }
    if let expected { lines.append("The vendor announced \(FooterText.count(expected, "record")).") }
    return lines
  }
}
