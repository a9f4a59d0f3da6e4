/// The pieces of work that were handed out and are not done.
///
/// A piece that has to come after others is put back until they are done, and its worker takes another one meanwhile: a
/// run's end comes after the run's segments, whoever has them.
struct WorkInHand {
  /// One piece, numbered in the order in which pieces were handed out.
  struct Piece: Sendable {
    let number: Int
    let item: WorkSource.Item
  }

  /// Put back for the same reason: they are free in the order of their numbers.
  private struct Waiting {
    var pieces: [Piece]
    let after: Set<String>
  }

  /// Numbers by feed, of what is in work and of what was put back; nil for a piece whose feed is not known yet.
  private var numbers: [String?: Set<Int>] = [:]
  private var waiting: [Waiting] = []
  private var waitingCount = 0
  private var last = 0

  /// Pieces that are put back at most. What comes beyond is done at once: its processor then says what it lacks.
  static let waitingMax = 10_000

  mutating func begin(_ item: WorkSource.Item) -> Piece {
    last += 1
    numbers[item.feed, default: []].insert(last)
    return Piece(number: last, item: item)
  }

  /// Says of which feed a piece is that was handed out by its path.
  mutating func name(_ piece: Piece, feed: String) {
    if numbers[nil]?.remove(piece.number) != nil { numbers[feed, default: []].insert(piece.number) }
  }

  mutating func finish(_ piece: Piece) {
    for feed in numbers.keys where numbers[feed]?.remove(piece.number) != nil {
      if numbers[feed]?.isEmpty == true { numbers[feed] = nil }
    }
  }

  /// Whether anything that was handed out earlier is not done.
  func hasEarlier(than piece: Piece) -> Bool {
    numbers.values.contains { $0.contains { $0 < piece.number } }
  }

  /// Puts a piece back until everything of `after` that was handed out earlier is done.
  ///
  /// - Returns: False when that is done already, or too much is put back: the piece is to be done now.
  mutating func putBack(_ piece: Piece, after: Set<String>) -> Bool {
    guard isBlocked(piece.number, by: after), waitingCount < Self.waitingMax else { return false }
    waitingCount += 1
    let group = waiting.firstIndex { $0.after == after } ?? waiting.endIndex
    if group == waiting.endIndex { waiting.append(Waiting(pieces: [], after: after)) }
    let place = waiting[group].pieces.lastIndex { $0.number < piece.number }.map { $0 + 1 } ?? 0
    waiting[group].pieces.insert(piece, at: place)
    return true
  }

  /// A piece that was put back and is free now, for a worker to do.
  mutating func takeFree() -> Piece? {
    let free = waiting.firstIndex { group in
      group.pieces.first.map { !isBlocked($0.number, by: group.after) } ?? false
    }
    guard let free else { return nil }
    waitingCount -= 1
    return waiting[free].pieces.removeFirst()
  }

  private func isBlocked(_ number: Int, by feeds: Set<String>) -> Bool {
    if numbers[nil]?.contains(where: { $0 < number }) == true { return true }
    return feeds.contains { numbers[$0]?.contains { $0 < number } == true }
  }
}
