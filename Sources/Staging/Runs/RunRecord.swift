internal import JSONText
internal import Spool

/// What is known of one run's segments so far.
struct RunRecord {
  let run: String
  /// Its data segments that were staged.
  var sequences = SequenceSet()
  /// What its end segment says; nil when that was not staged yet.
  var end: Ending?
  /// All of it was looked at together.
  var isClosed = false

  struct Ending: Equatable {
    var segments: Int
    /// The whole of the vendor's records: a complete full run.
    var isWhole: Bool
    var records: Int

    init(_ end: EndOfRun, mode: RunMode) {
      self.init(segments: end.segments, isWhole: end.complete && mode == .full, records: end.records)
    }

    fileprivate init(segments: Int, isWhole: Bool, records: Int) {
      (self.segments, self.isWhole, self.records) = (segments, isWhole, records)
    }
  }

  init(run: String) { self.run = run }

  /// Every segment was staged, whichever came last.
  var isWhole: Bool { end.map { sequences.count == $0.segments } ?? false }
}

extension RunRecord {
  init?(_ value: JSONValue) {
    guard let run = value["run"]?.text else { return nil }
    self.run = run
    sequences = SequenceSet(value["segments"])
    isClosed = value["closed"] == .bool(true)
    if let end = value["end"], let segments = end["segments"]?.integer {
      let records = end["records"]?.integer ?? 0
      self.end = Ending(segments: segments, isWhole: end["whole"] == .bool(true), records: records)
    }
  }

  var json: JSONValue {
    var members = [
      JSONMember(name: "run", value: .string(run)), JSONMember(name: "segments", value: sequences.json),
      JSONMember(name: "closed", value: .bool(isClosed)),
    ]
    if let end {
      let value = JSONValue.object([
        JSONMember(name: "segments", value: .number("\(end.segments)")),
        JSONMember(name: "whole", value: .bool(end.isWhole)),
        JSONMember(name: "records", value: .number("\(end.records)")),
      ])
      members.append(JSONMember(name: "end", value: value))
    }
    return .object(members)
  }
}
