import JSONText
import TestSupport
import Testing

/// How a vendor says that a record is gone.
struct DeletionTests {
  @Test(
    "a mark makes of a record a deletion, and nothing else does",
    arguments: [
      (#"{"field":"gone"}"#, #""gone":true"#, true), (#"{"field":"gone"}"#, #""gone":"Y""#, true),
      (#"{"field":"gone"}"#, #""gone":1"#, true), (#"{"field":"gone"}"#, #""gone":"true""#, true),
      (#"{"field":"gone"}"#, #""gone":false"#, false), (#"{"field":"gone"}"#, #""gone":0"#, false),
      (#"{"field":"gone"}"#, #""gone":null"#, false), (#"{"field":"gone"}"#, #""x":true"#, false),
      (#"{"field":"gone"}"#, #""gone":[true]"#, false), (#"{"field":"gone"}"#, #""gone":"no""#, false),
      (#"{"field":"st","is":["Deleted","7"]}"#, #""st":"Deleted""#, true),
      (#"{"field":"st","is":["Deleted","7"]}"#, #""st":7"#, true),
      (#"{"field":"st","is":["Deleted","7"]}"#, #""st":"deleted""#, false),
      (#"{"field":"st","is":["Deleted"]}"#, #""st":true"#, false),
      (#"{"present":"@removed"}"#, #""@removed":{"reason":"deleted"}"#, true),
      (#"{"present":"@removed"}"#, #""@removed":null"#, false), (#"{"present":"@removed"}"#, #""removed":1"#, false),
    ]
  )
  func marks(mark: String, member: String, isGone: Bool) throws {
    let trial = try HashTrial(cursor: nil, settings: "\"deleted_when\":\(mark)")
    let done = try trial.hash(["{\"id\":1,\(member)}", #"{"id":2}"#])
    #expect(done.field("op") == [isGone ? "\"delete\"" : "\"upsert\"", "\"upsert\""])
    #expect(done.counts["deletions"] == (isGone ? 1 : nil))
  }

  @Test("a deletion without a version is put aside where records have versions")
  func version() throws {
    let trial = try HashTrial(settings: #""deleted_when":{"present":"@removed"}"#)
    let done = try trial.hash([
      #"{"id":1,"@removed":{}}"#, #"{"id":2,"@removed":{},"stamp":"2026-01-01"}"#, #"{"id":3}"#,
    ])
    #expect(done.field("key") == ["[2]", "[3]"])
    #expect(done.rejected.map { $0["reason"]?.text } == ["deletion_without_version"])
  }
}
