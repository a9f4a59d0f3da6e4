internal import FoundationEssentials
internal import Spool
internal import SystemPackage
internal import Telemetry

/// Finds what a person means by a segment: a path, a file's name, or the name that `ls` prints.
enum SegmentSearch {
  /// The segment's name in any of these spellings.
  ///
  /// - Throws: When the text is none of them.
  static func name(_ text: String) throws(NotASegment) -> SegmentName {
    let last = FilePath(text).lastComponent?.string ?? text
    if let name = SegmentName(fileName: last) ?? SegmentName(last) { return name }
    throw NotASegment(text: text)
  }

  /// Every place where a segment of that name stands, in the order of the work.
  static func places(
    of name: SegmentName,
    in spool: Spool,
    queues: [QueueName] = QueueName.allCases,
    states: [SegmentState] = SegmentState.allCases
  ) throws -> [StoredSegment] {
    try spool.feeds().sorted().flatMap { feed in
      try queues.flatMap { try spool.queue($0, feed: feed).stored(name, in: states) }
    }
  }

  /// The one file that is meant: the path as it is, or the only place where that name stands. Drafts are no segments yet.
  static func file(_ text: String, in spool: () throws -> Spool) throws -> FilePath {
    if FileManager.default.fileExists(atPath: text) { return FilePath(text) }
    let places = try places(of: name(text), in: spool(), states: [.ready, .done, .held])
    guard let first = places.first else { throw SegmentNotFound(text: text) }
    guard places.count == 1 else { throw SeveralPlaces(text: text, paths: places.map(\.path)) }
    return first.path
  }
}

/// Neither a file nor the name of a segment.
struct NotASegment: OperatorError, Equatable {
  var text: String

  var message: String { "\(text): neither a file nor the name of a segment" }
  var hint: String? { "names look like 20261120T234408Z-7k2q-000042; weir spool ls prints them" }
  var exitStatus: ExitStatus { .noInput }
}

/// No queue has it.
struct SegmentNotFound: OperatorError, Equatable {
  var text: String

  var message: String { "\(text): in no queue of this spool" }
  var hint: String? { "weir spool ls prints what is there" }
  var exitStatus: ExitStatus { .noInput }
}

/// A segment keeps its name through all queues, so a name alone may mean several files.
struct SeveralPlaces: OperatorError, Equatable {
  var text: String
  var paths: [FilePath]

  var message: String { "\(text): in \(paths.count) places" }
  var hint: String? { "name one: \(paths.map(\.string).joined(separator: " "))" }
  var exitStatus: ExitStatus { .usage }
}
