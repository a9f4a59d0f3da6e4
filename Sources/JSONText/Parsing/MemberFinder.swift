/// Finds the same members in one object after another.
///
/// A vendor's records have the same members in the same order, so each is compared first with the name that stood at its
/// place in the records before: one comparison a member, where a search for each column was a fifth of stage's time.
public struct MemberFinder: Sendable {
  private let names: [JSONName]
  /// What was found at each place: the name, and which of `names` it is.
  private var layout: [(name: JSONName, target: Int?)] = []
  /// The value of each name in the last object, in the order the names were given; nil where it has none.
  public private(set) var values: [JSONNode?]

  /// Places that are remembered; what stands further behind is searched for each time.
  private static let placesMax = 1024

  public init(_ names: [JSONName]) {
    self.names = names
    values = Array(repeating: nil, count: names.count)
  }

  /// Looks through an object once. Of several members with one name the last counts; nothing is found in what is no object.
  public mutating func find(in object: JSONNode, of parser: borrowing JSONParser) {
    for index in values.indices { values[index] = nil }
    guard parser.kind(object) == .object else { return }
    var (place, misses) = (0, 0)
    var at = parser.firstChild(object)
    while let name = at {
      let value = JSONNode(index: name.index + 1)
      if place < layout.count, parser.hasText(name, layout[place].name) {
        if let target = layout[place].target { values[target] = value }
      } else {
        let target = names.firstIndex { parser.hasText(name, $0) }
        if let target { values[target] = value }
        if place < layout.count {
          misses += 1
        } else if place < Self.placesMax {
          layout.append((JSONName(parser.string(name)), target))
        }
      }
      place += 1
      at = parser.next(after: value, in: object)
    }
    // Another kind of object: the next one shows what is usual now.
    if misses > place / 2 { layout.removeAll(keepingCapacity: true) }
  }
}
