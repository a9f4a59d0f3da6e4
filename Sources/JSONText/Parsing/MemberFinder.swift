/// Finds the same members in one object after another.
///
/// A vendor's records have the same members in the same order, so each is compared first with the name that stood at its
/// place in the records before: one comparison a member, where a search for each column was a fifth of stage's time. What
/// is remembered lies in flat arrays: as arrays of names, counting references to them was another tenth.
public struct MemberFinder: Sendable {
  private let names: [JSONName]
  /// The names of the records before, one behind the other, and where each ends.
  private var layoutText: [UInt8] = []
  private var layoutEnds: [Int] = []
  /// Which of `names` stands at each place; -1 for none.
  private var layoutTargets: [Int] = []
  /// Nodes of the values found in the last object, in the order the names were given; -1 where it has none.
  private var found: [Int]

  /// Places that are remembered; what stands further behind is searched for each time.
  private static let placesMax = 1024

  public init(_ names: [JSONName]) {
    self.names = names
    found = Array(repeating: -1, count: names.count)
  }

  /// The value of each name in the last object, in the order the names were given; nil where it has none.
  public var values: [JSONNode?] { found.indices.map { value($0) } }

  /// The value of one of the names in the last object; nil where it has none.
  public func value(_ index: Int) -> JSONNode? { found[index] < 0 ? nil : JSONNode(index: found[index]) }

  /// Looks through an object once. Of several members with one name the last counts; nothing is found in what is no object.
  public mutating func find(in object: JSONNode, of parser: borrowing JSONParser) {
    for index in found.indices { found[index] = -1 }
    guard parser.kind(object) == .object else { return }
    var (place, misses, start) = (0, 0, 0)
    var at = parser.firstChild(object)
    while let name = at {
      let value = JSONNode(index: name.index + 1)
      if place < layoutEnds.count, parser.hasText(name, layoutText.span.extracting(start..<layoutEnds[place])) {
        if layoutTargets[place] >= 0 { found[layoutTargets[place]] = value.index }
      } else {
        let target = names.firstIndex { parser.hasText(name, $0) } ?? -1
        if target >= 0 { found[target] = value.index }
        if place < layoutEnds.count {
          misses += 1
        } else if place < Self.placesMax {
          remember(name, target, of: parser)
        }
      }
      if place < layoutEnds.count { start = layoutEnds[place] }
      place += 1
      at = parser.next(after: value, in: object)
    }
    // Another kind of object: the next one shows what is usual now.
    if misses > place / 2 {
      layoutText.removeAll(keepingCapacity: true)
      layoutEnds.removeAll(keepingCapacity: true)
      layoutTargets.removeAll(keepingCapacity: true)
    }
  }

  private mutating func remember(_ name: JSONNode, _ target: Int, of parser: borrowing JSONParser) {
    unsafe parser.withText(name) { unsafe layoutText.append(contentsOf: $0) }
    layoutEnds.append(layoutText.count)
    layoutTargets.append(target)
  }
}
