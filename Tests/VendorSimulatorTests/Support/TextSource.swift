import JSONText

@testable import VendorSimulator

/// Snapshots written down in a test.
struct TextSource: RecordSource {
  let sets: [SetDescription]
  private var snapshots: [String]

  init(_ name: String = "Thing", key: [String] = ["Key"], stamp: String = "Stamp", snapshots: [String]) {
    sets = [SetDescription(name: name, key: key, stamp: stamp)]
    self.snapshots = snapshots
  }

  var snapshotCount: Int? { nil }

  mutating func next() throws(VendorError) -> [RecordTable]? {
    guard !snapshots.isEmpty else { return nil }
    return [try RecordLoader.table(from: Array(snapshots.removeFirst().utf8), of: sets[0], source: "test")]
  }
}

extension SetVersion {
  /// A version of the one set `Thing` with these lines, stamped in the order of their keys, a minute apart from
  /// 2024-05-01T00:00:00Z; every `tie` records in a row share a stamp.
  static func of(_ lines: String, key: [String] = ["Key"], tie: Int = 1) throws -> SetVersion {
    let set = SetDescription(name: "Thing", key: key, stamp: "Stamp")
    let table = try RecordLoader.table(from: Array(lines.utf8), of: set, source: "test")
    let stamps = (0..<table.count).map { Stamp(milliseconds: 1_714_521_600_000 + Int64($0 / tie) * 60_000) }
    return SetVersion(set: set, table: table, stamps: stamps, generation: 1)
  }

  /// The records of some rows as they were loaded, without their stamp.
  func text(_ place: Int) -> String { String(decoding: table.bytes[table.range(place)], as: UTF8.self) }

  /// The value of a field in a record, as it was written.
  func raw(_ field: String, _ place: Int) throws -> String? {
    var parser = JSONParser()
    try parser.parse(Array(table.bytes[table.range(place)]).span)
    return parser.member(parser.root, JSONName(field)).map { parser.rawString($0) }
  }

  var keys: [String] { get throws { try (0..<table.count).map { try raw(set.key[0], $0) ?? "" } } }
}
