internal import ArgumentParser
internal import Spool
internal import SystemPackage
internal import Telemetry

/// Which segments a verb that changes something is about. Nothing is meant by saying nothing.
struct SegmentChoice: ParsableArguments {
  /// Spelled out, since it cannot be meant by mistake then. Source: Postfix's `postsuper -h ALL`.
  static let all = "ALL"

  @Argument(
    help: ArgumentHelp(
      "Names or paths of segments; - reads them from standard input, a line each; ALL is every one there is.",
      valueName: "segment"
    )
  )
  var segments: [String]

  @Option(help: ArgumentHelp("Only in this feed.", valueName: "name"))
  var feed: String?

  @Option(help: "Only in this queue: fetched, hashed or staged.", transform: QueueName.init(option:))
  var queue: QueueName?

  @Flag(help: "Say what would be done, and do nothing.")
  var dryRun = false

  /// The names as they were given, those of standard input among them.
  var texts: [String] { segments.flatMap { $0 == "-" ? StandardInput.lines() : [$0] } }

  /// The segments that are meant, each once, in the order of the work for `ALL` and as given otherwise.
  ///
  /// - Throws: When a name is in none of the places, or in several.
  func resolve(in spool: Spool, queues: [QueueName] = QueueName.allCases, states: [SegmentState]) throws
    -> [StoredSegment]
  {
    let queues = queue.map { [$0] } ?? queues
    var chosen: [StoredSegment] = []
    var seen: Set<SegmentLocation> = []
    for text in texts {
      for segment in try places(text, spool, queues, states) where seen.insert(segment.location).inserted {
        chosen.append(segment)
      }
    }
    return chosen
  }

  private func places(_ text: String, _ spool: Spool, _ queues: [QueueName], _ states: [SegmentState]) throws
    -> [StoredSegment]
  {
    if text == Self.all {
      return try spool.feeds(asked: feed).flatMap { try spool.entries(feed: $0, queues: queues, states: states) }
    }
    // A path means the segment there and no other; a name means it wherever it is.
    if let location = try? spool.locate(FilePath(text)) {
      let queue = try spool.queue(location.queue, feed: location.feed)
      guard queues.contains(location.queue), let found = try queue.stored(location.name, in: states).first else {
        throw NotThere(text: text, queues: queues, states: states)
      }
      return [found]
    }
    let name = try SegmentSearch.name(text)
    let found = try SegmentSearch.places(of: name, in: spool, queues: queues, states: states)
      .filter { feed == nil || $0.feed == feed }
    guard !found.isEmpty else { throw NotThere(text: text, queues: queues, states: states) }
    guard found.count == 1 else { throw SeveralPlaces(text: text, paths: found.map(\.path)) }
    return found
  }
}

/// A segment that was named is in none of the places where the verb looks.
struct NotThere: OperatorError, Equatable {
  var text: String
  var queues: [QueueName]
  var states: [SegmentState]

  var message: String {
    let places = states.map(\.rawValue).joined(separator: " or ")
    return "\(text): not \(places) in \(queues.map(\.rawValue).joined(separator: ", "))"
  }
  var hint: String? { "weir spool where SEGMENT says where it is" }
  var exitStatus: ExitStatus { .noInput }
}

/// Names that come by a pipe.
enum StandardInput {
  /// Every line that is not empty, to the end.
  static func lines() -> [String] {
    var lines: [String] = []
    while let line = readLine() { if !line.isEmpty { lines.append(line) } }
    return lines
  }
}
