/// Finds what a person probably meant to type.
enum Suggestion {
  /// The candidate that takes the fewest changes, when they are few for the length of the word; else nil.
  static func nearest(to word: String, among candidates: [String]) -> String? {
    let lower = Array(word.lowercased().utf8)
    let ranked = candidates.map { (distance: distance(lower, Array($0.lowercased().utf8)), candidate: $0) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    // A third of the word: `pagesize` finds `page_size`, `x` finds nothing.
    return best.distance <= max(1, lower.count / 3) ? best.candidate : nil
  }

  /// The same as the end of a sentence: `; did you mean "media"?`, or nothing.
  static func asking(for word: String, among candidates: [String]) -> String {
    nearest(to: word, among: candidates).map { "; did you mean \"\($0)\"?" } ?? ""
  }

  /// How many letters must be put in, taken out, changed or swapped with their neighbour.
  static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for (row, letter) in left.enumerated() {
      var current = [row + 1]
      for (column, other) in right.enumerated() {
        var best = min(last[column + 1] + 1, current[column] + 1, last[column] + (letter == other ? 0 : 1))
        if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
          best = min(best, beforeLast[column - 1] + 1)
        }
        current.append(best)
      }
      beforeLast = last
      last = current
    }
    return last[right.count]
  }
}
