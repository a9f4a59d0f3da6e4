internal import JSONText

/// What one advance did.
struct AdvanceReport: Sendable {
  /// The stamp of everything that came or changed.
  var stamp: Stamp
  var changes: [(set: String, change: SetChange)]

  var json: JSONValue {
    let sets = changes.map { set, change in
      JSONMember(
        name: set,
        value: .object([
          .count("new", change.new), .count("changed", change.changed), .count("gone", change.gone),
          .count("unchanged", change.unchanged), .count("total", change.total),
        ])
      )
    }
    return .object([JSONMember(name: "stamp", value: .stamp(stamp)), JSONMember(name: "sets", value: .object(sets))])
  }
}

/// What the vendor has at the moment.
struct VendorState: Sendable {
  struct SetState: Sendable {
    var set: SetDescription
    var records: Int
    var newest: Stamp?
    var snapshot: Int
    /// Snapshots there are in all; nil for seeded sets, which always have one more.
    var snapshots: Int?

    init(_ version: SetVersion, snapshots: (taken: Int, of: Int?)) {
      set = version.set
      records = version.table.count
      newest = version.byStamp.last.map { version.stamps[Int($0)] }
      (snapshot, self.snapshots) = snapshots
    }
  }

  var advances: Int
  var sets: [SetState]

  var json: JSONValue {
    let members = sets.map { state in
      JSONMember(
        name: state.set.name,
        value: .object([
          .count("records", state.records), JSONMember(name: "key", value: .array(state.set.key.map { .string($0) })),
          JSONMember(name: "stamp", value: .string(state.set.stamp)),
          JSONMember(name: "newest", value: state.newest.map { .stamp($0) } ?? .null),
          .count("snapshot", state.snapshot),
          JSONMember(name: "snapshots", value: state.snapshots.map { .number(String($0)) } ?? .null),
        ])
      )
    }
    return .object([.count("advances", advances), JSONMember(name: "sets", value: .object(members))])
  }
}

extension JSONMember {
  fileprivate static func count(_ name: String, _ value: Int) -> Self {
    JSONMember(name: name, value: .number(String(value)))
  }
}

extension JSONValue {
  fileprivate static func stamp(_ stamp: Stamp) -> Self { .string(String(decoding: stamp.text, as: UTF8.self)) }
}
