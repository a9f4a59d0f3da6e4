internal import JSONText
internal import Spool

/// What is known of one run's segments so far.
struct RunRecord: Equatable {
  let run: String
  /// Its data segments that were staged.
  var sequences = SequenceSet()
  /// What its end segment says; nil when that was not staged yet.
  var end: Ending?
  var figures = RunFigures()
  /// A person sends rejected records through again: no checks are asked of them.
  var isRetry = false
  var verdict = Verdict.open
  /// Which checks it did not meet, those that hold and then those that warn.
  var complaints: [String] = []

  enum Verdict: String {
    /// Not all of it was staged yet.
    case open
    case passed
    /// It is held.
    case failed
  }

  struct Ending: Equatable {
    var segments: Int
    /// The whole of the vendor's records: a complete full run.
    var isWhole: Bool
    var records: Int
    /// When the run ended, seconds since 1970.
    var time: Int?
  }

  init(run: String) { self.run = run }

  /// Every segment was staged, whichever came last.
  var isWhole: Bool { end.map { sequences.count == $0.segments } ?? false }

  /// Whether a segment was added before.
  func knows(_ footer: SegmentFooter) -> Bool {
    if let end = footer.end { return self.end?.segments == end.segments }
    return sequences.contains(footer.sequence)
  }

  /// Adds a segment; one that was added before changes nothing.
  mutating func add(_ footer: SegmentFooter, _ figures: RunFigures) {
    if verdict != .open, !knows(footer) { verdict = .open }
    if footer.retryOf != nil { isRetry = true }
    if let end = footer.end {
      self.end = Ending(
        segments: end.segments,
        isWhole: end.complete && footer.mode == .full,
        records: end.records,
        time: Timestamp(footer.fetchedAt)?.seconds
      )
      self.figures.seen(newest: [end.since, end.watermark].compactMap { $0 })
    } else if sequences.insert(footer.sequence) {
      self.figures.add(figures)
      self.figures.seen(newest: [footer.highestVersion].compactMap { $0 })
    }
  }
}

extension RunRecord {
  init?(_ value: JSONValue) {
    guard let run = value["run"]?.text else { return nil }
    self.run = run
    sequences = SequenceSet(value["segments"])
    isRetry = value["retry"] == .bool(true)
    verdict = value["verdict"]?.text.flatMap(Verdict.init) ?? .open
    if case .array(let texts)? = value["complaints"] { complaints = texts.compactMap(\.text) }
    figures = RunFigures(value["figures"])
    if let end = value["end"], let segments = end["segments"]?.integer {
      self.end = Ending(
        segments: segments,
        isWhole: end["whole"] == .bool(true),
        records: end["records"]?.integer ?? 0,
        time: end["time"]?.integer
      )
    }
  }

  var json: JSONValue {
    var members = [
      JSONMember(name: "run", value: .string(run)), JSONMember(name: "segments", value: sequences.json),
      JSONMember(name: "retry", value: .bool(isRetry)), JSONMember(name: "verdict", value: .string(verdict.rawValue)),
      JSONMember(name: "complaints", value: .array(complaints.map { .string($0) })),
      JSONMember(name: "figures", value: figures.json),
    ]
    if let end {
      let value = JSONValue.object([
        JSONMember(name: "segments", value: .number("\(end.segments)")),
        JSONMember(name: "whole", value: .bool(end.isWhole)),
        JSONMember(name: "records", value: .number("\(end.records)")),
        JSONMember(name: "time", value: end.time.map { .number("\($0)") } ?? .null),
      ])
      members.append(JSONMember(name: "end", value: value))
    }
    return .object(members)
  }
}
