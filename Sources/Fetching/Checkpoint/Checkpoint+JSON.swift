internal import JSONText
internal import Spool

/// The form in the spool, which people read when something is wrong.
extension Checkpoint {
  var json: JSONValue {
    .object([
      JSONMember(name: "run", value: .string(run.description)), JSONMember(name: "mode", value: .string(mode.rawValue)),
      JSONMember(name: "since", value: since.map { .string($0) } ?? .null),
      JSONMember(name: "saved", value: saved.map { .string($0) } ?? .null),
      JSONMember(name: "began", value: began.map { .number(String($0)) } ?? .null),
      JSONMember(name: "written", value: .number(String(written))), JSONMember(name: "feed", value: .string(feed)),
      JSONMember(name: "before", value: before.json), JSONMember(name: "after", value: after?.json ?? .null),
    ])
  }

  init?(_ json: JSONValue) {
    guard let run = json["run"]?.text.flatMap({ RunID($0) }),
      let mode = json["mode"]?.text.flatMap({ RunMode(rawValue: $0) }),
      let written = json["written"]?.count, let feed = json["feed"]?.text,
      let before = json["before"].flatMap({ Stand($0) })
    else { return nil }
    self.init(
      run: run,
      mode: mode,
      since: json["since"]?.text,
      saved: json["saved"]?.text,
      began: json["began"]?.count,
      written: written,
      feed: feed,
      before: before,
      after: json["after"].flatMap { Stand($0) }
    )
  }
}

extension Checkpoint.Stand {
  var json: JSONValue {
    let versions = versions.map { versions in
      JSONValue.object([
        JSONMember(name: "low", value: versions.lowest.map { .string($0) } ?? .null),
        JSONMember(name: "high", value: versions.highest.map { .string($0) } ?? .null),
        JSONMember(name: "ascending", value: .bool(versions.isAscending)),
      ])
    }
    return .object([
      JSONMember(name: "sequence", value: .number(String(sequence))),
      JSONMember(name: "records", value: .number(String(totals.records))),
      JSONMember(name: "bytes", value: .number(String(totals.bytes))),
      JSONMember(name: "segments", value: .number(String(totals.segments))),
      JSONMember(name: "versions", value: versions ?? .null), JSONMember(name: "position", value: position),
    ])
  }

  init?(_ json: JSONValue) {
    guard let sequence = json["sequence"]?.count, let records = json["records"]?.count,
      let bytes = json["bytes"]?.count,
      let segments = json["segments"]?.count, let position = json["position"]
    else { return nil }
    self.sequence = sequence
    totals = SegmentTotals(records: records, bytes: bytes, segments: segments)
    self.position = position
    if let versions = json["versions"], versions != .null {
      self.versions = VersionSpan.Summary(
        lowest: versions["low"]?.text,
        highest: versions["high"]?.text,
        isAscending: versions["ascending"] == .bool(true)
      )
    }
  }
}
