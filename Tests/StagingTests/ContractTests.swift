import JSONText
import PipelineConfig
import Spool
import Staging
import SystemPackage
import TestSupport
import Testing

/// Fields that no column takes, and fields that come, go and change.
struct ContractTests {
  @Test("unmapped fields are kept together as they are written, and those that the pipeline names are not among them")
  func keep() throws {
    let trial = try StageTrial(
      #""n": "integer""#,
      settings: #""unmapped": {"keep": "rest"}, "hash": {"exclude": ["seen"]}"#
    )
    let done = try trial.stage([
      StageTrial.line(1, #""n":1,"a" : 1.50,"at":"2026-01-01","b\u0041":{"c":[1, 2]},"seen":3"#),
      StageTrial.line(2, #""n":2"#),
      StageTrial.line(3, #""x":"\u0000""#), StageTrial.line(4, #""k\u0000":1"#), StageTrial.line(5, #""a":1e9999"#),
    ])
    #expect(try done.column("id") == ["1", "2"])
    #expect(done.texts.first?.contains(#""rest":{"a":1.50,"b\u0041":{"c":[1, 2]}},"#) == true, "\(done.texts)")
    #expect(try done.column("rest").last == "{}")
    #expect(
      done.rejected.count == 3 && done.rejected.allSatisfy { $0["reason"]?.text?.hasPrefix("column rest") == true }
    )
  }

  @Test("where unmapped fields are refused, the record is put aside with the field's name")
  func reject() throws {
    let trial = try StageTrial(#""n": {"from": "/a/b", "type": "integer"}"#, settings: #""unmapped": "reject""#)
    let done = try trial.stage([StageTrial.line(1, #""a":{"b":1,"c":2},"at":null"#), StageTrial.line(2, #""a~":1"#)])
    #expect(try done.column("id") == ["1"])
    #expect(done.rejected.first?["reason"]?.text == "field a~: is mapped by no column")
    #expect(done.rejected.first?["field"]?.text == "/a~0")
  }

  @Test("the first run says what is usual; a new, a changed and a vanished field are each said once, with a sample")
  func drift() throws {
    let trial = try StageTrial(#""n": "jsonb""#, settings: #""unmapped": "propose""#)
    #expect(try trial.said(1, [#""n":1,"a":"x""#, #""n":null"#]) == [])
    #expect(try trial.said(1, [#""n":2,"b":1"#], sequence: 1) == [], "still the first run")
    #expect(try trial.closing(1, segments: 2) == [])
    let second = try trial.said(2, [#""n":1,"a":"x","b":2"#, #""n":1,"a":7,"trim":"LX""#, #""trim":null,"n":[1]"#])
    #expect(
      second == [
        #"the field "a" now holds number too, for example 7"#,
        #"the field "n" now holds array too, for example [1]"#,
        #"new field "trim" (string), for example "LX"; mapped by no column; to take it: "trim": "text""#,
      ]
    )
    #expect(try trial.said(2, [#""n":1,"a":7,"trim":"S""#], sequence: 1) == [], "each is said once")
    #expect(try trial.closing(2, segments: 2) == [])
    #expect(try trial.said(3, [#""a":"x","b":1"#]) == [])
    let vanished = [
      #"the field "n" was in no record; a column is mapped from it"#, #"the field "trim" was in no record"#,
    ]
    #expect(try trial.closing(3, segments: 1) == vanished)
    #expect(try trial.closing(3, segments: 1) == [], "and not again")
    #expect(
      try trial.said(4, [#""trim":"LX","a":"x","b":1"#]) == [
        #"new field "trim" (string), for example "LX"; mapped by no column; to take it: "trim": "text""#
      ],
      "what comes back is new"
    )
    let notes = try DriftNote.all(of: "cars", in: trial.folder.spool)
    #expect(notes.map(\.what) == [.changed, .changed, .new, .vanished, .vanished, .new])
  }

  @Test(
    "a run's end that overtakes its segments says nothing is gone before the last of them is there",
    arguments: [2, 3]
  )
  func overtaken(late: Int) throws {
    let trial = try StageTrial(#""n": "jsonb""#)
    #expect(try trial.said(1, [#""n":1,"a":1,"b":1"#]) == [])
    #expect(try trial.closing(1, segments: 1) == [])
    for sequence in 0..<4 where sequence != late { #expect(try trial.said(2, [#""n":1"#], sequence: sequence) == []) }
    #expect(try trial.closing(2, segments: 4) == [])
    #expect(try trial.said(2, [#""n":1,"b":1"#], sequence: late) == [#"the field "a" was in no record"#])
    #expect(try trial.said(2, [#""n":1,"b":1"#], sequence: late) == [], "a segment staged once more")
  }

  @Test("fields without end, and names as long as they like, end the report and not the stage")
  func bounded() throws {
    let trial = try StageTrial("")
    #expect(try trial.said(1, [#""a":1"#]) == [])
    let names = (0..<3000).map { "\"\(String(repeating: "\\u0001", count: 150))\($0)\":1" }
    let said = try trial.said(2, [names.joined(separator: ",")])
    #expect(said.count > 500 && said.count < FieldSurvey.fieldsMax)
    #expect(try DriftNote.all(of: "cars", in: trial.folder.spool).count == 200)
    #expect(try trial.said(3, [names.reversed().joined(separator: ",")]) == [], "no room is no news")
  }

  @Test("four workers that stage a run together tell each thing once")
  func together() async throws {
    let trial = try StageTrial(#""n": "jsonb""#)
    #expect(try trial.said(1, [#""n":1,"a":1"#]) == [])
    #expect(try trial.closing(1, segments: 1) == [])
    let said = try await withThrowingTaskGroup(of: [String].self) { group in
      for worker in 0..<4 {
        group.addTask {
          try (0..<10).flatMap { try trial.said(2, [#""n":1,"x\#($0)":1"#], sequence: worker * 10 + $0) }
            + (worker == 0 ? try trial.closing(2, segments: 40) : [])
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(said.filter { $0.hasPrefix("new field") }.count == 10 && Set(said).count == said.count)
    #expect(said.filter { $0.contains("in no record") } == [#"the field "a" was in no record"#])
  }

  @Test("a field that only one record in thousands has is seen, wherever it stands", arguments: 0..<20 as Range<UInt64>)
  func rare(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let trial = try StageTrial(#""n": "integer""#)
    let usual = (0..<500).map { "\"n\":\($0),\"a\":\($0),\"b\":null" }
    #expect(try trial.said(1, usual) == [])
    var records = usual
    let place = Int.random(in: 0..<500, using: &random)
    records[place] =
      ["\"rare\":true,\(usual[place])", "\(usual[place]),\"rare\":true", "\"n\":1,\"rare\":true"]
      .randomElement(using: &random) ?? ""
    let said = try trial.said(2, records)
    #expect(said == [#"new field "rare" (boolean), for example true; mapped by no column"#], "at \(place)")
  }
}

extension StageTrial {
  /// What staging a segment of a full run adds to the report.
  fileprivate func said(_ run: Int, _ members: [String], sequence: Int = 0) throws -> [String] {
    let name = SegmentName(run: try #require(RunID("2026112\(run)T000000Z-aaaa")), sequence: sequence)
    var footer = TemporarySpool.footer(name: name, queue: .hashed)
    footer.mode = .full
    try folder.publish(members.enumerated().map { StageTrial.line($0, $1) }, footer: footer)
    return try said(name)
  }

  /// The same of the end of a complete full run.
  fileprivate func closing(_ run: Int, segments: Int) throws -> [String] {
    let name = SegmentName(run: try #require(RunID("2026112\(run)T000000Z-aaaa")), sequence: 900)
    var footer = TemporarySpool.footer(name: name, queue: .hashed)
    footer.kind = .end
    footer.mode = .full
    footer.end = EndOfRun(complete: true, segments: segments, records: 5)
    try folder.publish([], footer: footer)
    return try said(name)
  }

  private func said(_ name: SegmentName) throws -> [String] {
    var processor = StageProcessor(pipeline: pipeline, spool: folder.spool)
    let done = try processor.process(try folder.spool.queue(.hashed, feed: "cars").open(name, in: .ready))
    let feed = try pipeline.feed(named: "cars")
    let told = Set(done.remarks.compactMap { $0.details["field"] })
    let notes = try DriftNote.all(of: "cars", in: folder.spool).filter {
      $0.run == "\(name.run)" && told.contains($0.field)
    }
    if done.remarks.count <= 100 { #expect(notes.count >= told.count) }
    #expect(done.counts["drifted"] == (told.isEmpty ? nil : done.remarks.count))
    return done.remarks.count > 100
      ? Array(repeating: "", count: done.remarks.count) : notes.suffix(done.remarks.count).map { $0.text(for: feed) }
  }
}
