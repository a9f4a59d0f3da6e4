import Foundation
import JSONText
import Spool
import SystemPackage
import TestSupport
import Testing

/// Rows, their order, and which of several stays.
struct RowTests {
  @Test("columns come in the pipeline's order, from wherever they point, and what is absent is null")
  func columns() throws {
    let trial = try StageTrial(
      #""city": {"from": "/Address/City", "type": "text"}, "second": {"from": "/list/1", "type": "integer"}, "whole": {"from": "", "type": "jsonb"}, "n": "numeric""#
    )
    let members = #""n":1.50,"list":[7,8],"Address":{"City":"Troy","x":[]}"#
    let done = try trial.stage([StageTrial.line(1, members, hash: "ab"), StageTrial.line(2)])
    #expect(
      done.texts[0]
        == #"{"id":1,"city":"Troy","second":8,"whole":{"id":1,\#(members)},"n":1.50,"data_hash":"ab","data_version":"- 20261120T234408Z-7k2q-000003"}"#
    )
    #expect(done.texts[1].hasPrefix(#"{"id":2,"city":null,"second":null,"whole":{"id":2},"n":null,"#))
  }

  @Test(
    "a deletion is a row of its key and version alone, whatever its other fields hold, and the newest wins here too"
  )
  func deletion() throws {
    let trial = try StageTrial(
      #""n": "integer", "t": {"type": "text", "default": "x"}, "r": {"type": "text", "required": true}"#
    )
    func line(_ id: Int, _ members: String, version: String) -> String {
      StageTrial.line(id, members, version: version).replacing("upsert", with: "delete")
    }
    let done = try trial.stage([
      line(1, #""n":"bad""#, version: "2026-01-01T00:00:00Z"), line(2, "", version: "2026-01-02T00:00:00Z"),
      StageTrial.line(2, #""r":"y""#, version: "2026-01-01T00:00:00Z"), line(3, "", version: "2026-01-01T00:00:00Z"),
      StageTrial.line(3, #""r":"y""#, version: "2026-01-03T00:00:00Z"),
    ])
    #expect(
      done.texts.first
        == #"{"id":1,"n":null,"t":null,"r":null,"data_hash":null,"data_version":"2026-01-01T00:00:00.000000000Z 20261120T234408Z-7k2q-000003"}"#
    )
    #expect(try done.column("data_hash") == ["null", "null", #""0""#])
    #expect(done.counts["superseded"] == 2 && done.rejected.isEmpty)
  }

  @Test("a required column without a value puts the record aside")
  func required() throws {
    let trial = try StageTrial(#""city": {"type": "text", "required": true}"#)
    let done = try trial.stage([
      StageTrial.line(1, #""city":null"#), StageTrial.line(2), StageTrial.line(3, #""city":"""#),
    ])
    #expect(try done.column("id") == ["3"])
    #expect(done.counts["rejected"] == 2 && done.footer.dropped["stage.rejected"] == 2)
    #expect(done.rejected.allSatisfy { $0["reason"]?.text?.contains("city: is required") == true })
  }

  @Test("the data version is the sortable version and the segment, so that byte order is the order of versions")
  func versions() throws {
    let done = try StageTrial("").stage([
      StageTrial.line(1, version: "2026-01-01T01:00:00+01:00"), StageTrial.line(2, version: "2026-01-01T00:00:00.5Z"),
      StageTrial.line(3),
    ])
    let suffix = " 20261120T234408Z-7k2q-000003"
    let expected = ["2026-01-01T00:00:00.000000000Z", "2026-01-01T00:00:00.500000000Z", "-"].map {
      "\"\($0)\(suffix)\""
    }
    #expect(try done.column("data_version") == expected)
    #expect(expected[2] < expected[0] && expected[0] < expected[1])
  }

  @Test(
    "of several records with one key the newest stays, of equal versions the later one",
    arguments: 0..<40 as Range<UInt64>
  )
  func newest(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let entries = (0..<60).map { index in
      (id: Int.random(in: 1...12, using: &random), second: Int.random(in: 10...14, using: &random), mark: index)
    }
    let lines = entries.map { StageTrial.line($0.id, "\"mark\":\($0.mark)", version: "2026-01-01T00:00:\($0.second)Z") }
    let done = try StageTrial(#""mark": "integer""#).stage(lines)
    var winners: [Int: (second: Int, mark: Int)] = [:]
    for entry in entries where (winners[entry.id]?.second ?? 0) <= entry.second {
      winners[entry.id] = (entry.second, entry.mark)
    }
    let rows = try zip(done.column("id"), done.column("mark")).map { ($0, $1) }
    #expect(rows.count == winners.count)
    for (id, mark) in rows { #expect(winners[Int(id) ?? 0]?.mark == Int(mark)) }
    #expect(
      done.counts["superseded"] == 60 - winners.count && done.footer.dropped["stage.superseded"] == 60 - winners.count
    )
  }

  @Test("rows are sorted by the bytes of their keys, and the same input gives the same bytes")
  func sorted() throws {
    let trial = try StageTrial("")
    let lines = [9, 10, 1, 100, 2].map { StageTrial.line($0) }
    let first = try trial.stage(lines)
    #expect(try first.column("id") == ["100", "10", "1", "2", "9"], "as [100], [10], [1], [2], [9] sort")
    let before = try Data(contentsOf: URL(filePath: first.path.string))
    #expect(try Data(contentsOf: URL(filePath: trial.stage(lines).path.string)) == before)
  }

  @Test("a line that is none of ours is put aside as it is")
  func foreign() throws {
    let lines = ["{", "7", #"{"key":[1]}"#, StageTrial.line(1).replacing("upsert", with: "merge"), StageTrial.line(2)]
    let done = try StageTrial("").stage(lines)
    #expect(try done.column("id") == ["2"])
    #expect(done.rejected.map { $0["line"]?.encoded } == ["1", "2", "3", "4"])
  }

  @Test("staged again, the rejects are those of the last time, and none leaves no file")
  func redo() throws {
    let trial = try StageTrial(#""n": "integer""#)
    let bad = StageTrial.line(1, #""n":"x""#)
    #expect(try trial.stage([bad, bad.replacing("1", with: "2")]).rejected.count == 2)
    #expect(try trial.stage([bad]).rejected.count == 1)
    #expect(try trial.stage([StageTrial.line(1)]).rejected.isEmpty)
    #expect(try trial.folder.spool.rejected(feed: "cars").isEmpty)
  }
}
