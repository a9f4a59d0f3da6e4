/// Listings with what belongs to them: four sets, in which every child has its parent, whatever comes and goes.
///
/// Children come and go with their parents only; besides, some of them change by themselves, as real media do.
struct Homes: RecordSource {
  private let records: HomeRecords
  private var parents: Population
  /// How often each child that is not as it came has changed.
  private var revisions: [HomeChild: Int] = [:]
  private var random: SeededGenerator
  private var isFirst = true

  init(seed: UInt64, count: Int) {
    records = HomeRecords(seed: seed)
    parents = Population(count: count)
    random = SeededGenerator(seed: seed, "homes advance")
  }

  let sets = [
    SetDescription(name: "Property", key: ["ListingKey"], stamp: "ModificationTimestamp"),
    SetDescription(name: "Media", key: ["MediaKey"], stamp: "MediaModificationTimestamp"),
    SetDescription(name: "PropertyRooms", key: ["RoomKey"], stamp: "ModificationTimestamp"),
    SetDescription(name: "OpenHouse", key: ["OpenHouseKey"], stamp: "ModificationTimestamp"),
  ]

  var snapshotCount: Int? { nil }

  mutating func next() throws(VendorError) -> [RecordTable]? {
    if !isFirst { advance() }
    isFirst = false
    var texts = sets.map { _ in RecordText() }
    for parent in parents.members {
      records.writeProperty(parent, to: &texts[0])
      for child in records.children(of: parent.number) {
        records.write(child, revision: revisions[child] ?? 0, to: &texts[child.kind.rawValue])
      }
    }
    var tables: [RecordTable] = []
    for (set, text) in zip(sets, texts) {
      tables.append(try RecordLoader.table(from: text.bytes, of: set, source: set.name))
    }
    return tables
  }

  private mutating func advance() {
    let before = Set(parents.members.map(\.number))
    parents.advance(&random)
    let staying = parents.members.filter { before.contains($0.number) }
    let here = Set(staying.map(\.number))
    revisions = revisions.filter { here.contains($0.key.parent) }
    let children = staying.flatMap { records.children(of: $0.number) }
    for kind in HomeChild.Kind.allCases {
      let ofKind = children.filter { $0.kind == kind }
      guard !ofKind.isEmpty else { continue }
      for position in random.positions(max(1, ofKind.count / 20), of: ofKind.count) {
        revisions[ofKind[position], default: 0] += 1
      }
    }
  }
}

/// A record that belongs to a listing.
struct HomeChild: Hashable, Sendable {
  /// The raw value is the place of the kind's set among ``Homes/sets``.
  enum Kind: Int, CaseIterable, Sendable {
    case media = 1
    case room = 2
    case openHouse = 3
  }

  var kind: Kind
  /// The listing's number.
  var parent: Int
  /// Counts from 1 inside the listing.
  var index: Int
}
