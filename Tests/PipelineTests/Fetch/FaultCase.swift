import TestSupport

/// One seed of a scenario: which records there are, how they are asked for, and where the fault strikes.
struct FaultCase: Sendable {
  let seed: Int
  let dialect: VendorDialect
  /// Records that the vendor has; what must be in the table in the end.
  let count: Int
  let pageSize: Int
  /// The request that meets the fault, from 2 up to the last page but one.
  let hit: Int
  /// Somebody else's port.
  let otherPort: Int
  /// One record is as long as this, in bytes.
  let longest: Int

  init(_ scenario: FaultScenario, seed: Int, otherPort: Int) {
    let name = scenario.name.utf8.reduce(UInt64(seed)) { $0 &* 31 &+ UInt64($1) }
    var random = SeededGenerator(seed: name)
    self.seed = seed
    self.otherPort = otherPort
    dialect = scenario.dialects[seed % scenario.dialects.count]
    pageSize = Int.random(in: 6...14, using: &random)
    count = pageSize * Int.random(in: 6...9, using: &random) + Int.random(in: 0..<pageSize, using: &random)
    hit = Int.random(in: 2...(count / pageSize - 1), using: &random)
    longest = scenario.longestRecord
  }

  /// The feed, its table and the vendor's set have one name.
  var name: String { seed < 10 ? "s0\(seed)" : "s\(seed)" }

  var path: String { "\(dialect.base)/\(name)" }

  /// A rule that meets this case's requests. `when` and `which` are more members, each with a comma behind it.
  func rule(_ what: String, when: String = "", _ which: String = "") -> String {
    #"{ "when": { \#(when) "path": "\#(path)" }, \#(which) "do": { \#(what) } }"#
  }

  /// For ``rule(_:when:_:)``: the request that is hit, that one and the next, and all from it on.
  var once: String { #""on": [\#(hit)],"# }
  var burst: String { #""on": [\#(hit), \#(hit + 1)],"# }
  var forGood: String { #""after": \#(hit - 1),"# }

  /// What record `id` says, and PostgreSQL says of it.
  func record(_ id: Int) -> (name: String, amount: String) {
    let long = id == 3 && longest > 0 ? String(repeating: "long \(seed) ", count: longest / 7) : ""
    return ("\(name) no. \(id) é\(long)", "\(id * seed).\(10 + id % 90)")
  }

  /// What the vendor loads.
  var lines: String {
    (1...count).map { id in
      let (name, amount) = record(id)
      return #"{"id":\#(id),"name":"\#(name)","amount":\#(amount)}"# + "\n"
    }.joined()
  }

  /// What the table must hold.
  var rows: [[String?]] {
    (1...count).map { id in
      let (name, amount) = record(id)
      return ["\(id)", name, amount]
    }
  }
}
