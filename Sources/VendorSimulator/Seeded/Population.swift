/// Which records of a seeded set there are, and how often each has changed. What is in them follows from that alone.
struct Population: Sendable {
  struct Member: Equatable, Sendable {
    /// Counts from 1 and is never used again.
    var number: Int
    /// How often the record has changed; goes into its content.
    var revision = 0
  }

  private(set) var members: [Member]
  private var lastNumber: Int

  init(count: Int) {
    members = (0..<count).map { Member(number: $0 + 1) }
    lastNumber = count
  }

  /// One advance: of 100 records one goes, five change, one comes; of any number at least one each.
  mutating func advance(_ random: inout SeededGenerator) {
    guard !members.isEmpty else { return }
    let (hundredth, twentieth) = (max(1, members.count / 100), max(1, members.count / 20))
    remove(at: random.positions(hundredth, of: members.count))
    for position in random.positions(twentieth, of: members.count) { members[position].revision += 1 }
    for _ in 0..<hundredth {
      lastNumber += 1
      members.append(Member(number: lastNumber))
    }
  }

  private mutating func remove(at positions: [Int]) {
    for position in positions.reversed() { members.remove(at: position) }
  }
}
