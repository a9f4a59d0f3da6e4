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
  /// Kinds of values at each place that the survey has already, a bit for each ``JSONKind``.
  private var layoutKinds: [UInt16] = []
  /// Names of members of the last object that are none of `names`, as nodes.
  private var others: [Int] = []
  private var survey = FieldSurvey()
  /// Nodes of the values found in the last object, in the order the names were given; -1 where it has none.
  private var found: [Int]

  /// Places that are remembered; what stands further behind is searched for each time.
  private static let placesMax = 1024
  /// Members that a record may leave away in a row before the next one is searched for.
  private static let leftAwayMax = 16

  public init(_ names: [JSONName]) {
    self.names = names
    found = Array(repeating: -1, count: names.count)
  }

  /// The value of each name in the last object, in the order the names were given; nil where it has none.
  public var values: [JSONNode?] { found.indices.map { value($0) } }

  /// The value of one of the names in the last object; nil where it has none.
  public func value(_ index: Int) -> JSONNode? { found[index] < 0 ? nil : JSONNode(index: found[index]) }

  /// The names in the last object that were not asked for, in the order written.
  public var otherNames: [JSONNode] { others.map { JSONNode(index: $0) } }
  public var hasOthers: Bool { !others.isEmpty }

  /// What all objects since the last call had.
  public mutating func takeSurvey() -> FieldSurvey {
    let taken = survey
    survey = FieldSurvey()
    for place in layoutKinds.indices { layoutKinds[place] = 0 }
    return taken
  }

  /// Looks through an object once. Of several members with one name the last counts; nothing is found in what is no object.
  public mutating func find(in object: JSONNode, of parser: borrowing JSONParser) {
    for index in found.indices { found[index] = -1 }
    others.removeAll(keepingCapacity: true)
    guard parser.kind(object) == .object else { return }
    if isAsBefore(object, of: parser) { return takeAsBefore(object, of: parser) }
    search(object, of: parser)
  }

  /// Whether an object has the members of the records before, all of them and no others, with values of kinds that the
  /// survey has: most have. Nothing more has to be asked of it then, which halves the time of finding its members.
  private func isAsBefore(_ object: JSONNode, of parser: borrowing JSONParser) -> Bool {
    unsafe layoutText.withUnsafeBufferPointer { text in
      guard let text = text.baseAddress else { return false }
      let end = parser.endIndex(object)
      var (place, start, index) = (0, 0, object.index + 1)
      while index < end {
        guard place < layoutEnds.count else { return false }
        let (name, value) = (JSONNode(index: index), JSONNode(index: index + 1))
        let length = layoutEnds[place] - start
        guard unsafe parser.isPlainString(name, text + start, count: length),
          layoutKinds[place] & parser.surveyBit(value) != 0
        else { return false }
        start += length
        place += 1
        index = parser.endIndex(value)
      }
      return place == layoutEnds.count
    }
  }

  private mutating func takeAsBefore(_ object: JSONNode, of parser: borrowing JSONParser) {
    var index = object.index + 1
    for target in layoutTargets {
      if target >= 0 { found[target] = index + 1 } else { others.append(index) }
      index = parser.endIndex(JSONNode(index: index + 1))
    }
  }

  /// Looks for each member by its name, and learns what is usual. What ``takeAsBefore(_:of:)`` finds is what this finds.
  private mutating func search(_ object: JSONNode, of parser: borrowing JSONParser) {
    var (place, count, misses) = (0, 0, 0)
    var at = parser.firstChild(object)
    while let name = at {
      let value = JSONNode(index: name.index + 1)
      let kind = parser.surveyBit(value)
      var target = -1
      if let known = knownPlace(of: name, from: place, parser) {
        (target, place) = (layoutTargets[known], known + 1)
        if layoutKinds[known] & kind == 0 {
          layoutKinds[known] |= kind
          survey.add(parser.string(name), kind: kind, sample: parser.sample(value))
        }
      } else {
        target = names.firstIndex { parser.hasText(name, $0) } ?? -1
        if place == layoutEnds.count, place < Self.placesMax {
          remember(name, target, kind, of: parser)
          place += 1
        } else {
          misses += 1
        }
        survey.add(parser.string(name), kind: kind, sample: parser.sample(value))
      }
      if target >= 0 { found[target] = value.index } else { others.append(name.index) }
      count += 1
      at = parser.next(after: value, in: object)
    }
    // Another kind of object: the next one shows what is usual now.
    if misses > count / 2 {
      layoutKinds.removeAll(keepingCapacity: true)
      layoutText.removeAll(keepingCapacity: true)
      layoutEnds.removeAll(keepingCapacity: true)
      layoutTargets.removeAll(keepingCapacity: true)
    }
  }

  /// Where a name stood in the records before: at `place`, or a little behind where the record leaves some members away.
  private func knownPlace(of name: JSONNode, from place: Int, _ parser: borrowing JSONParser) -> Int? {
    var start = place == 0 || place > layoutEnds.count ? 0 : layoutEnds[place - 1]
    for known in place..<max(place, min(place + Self.leftAwayMax, layoutEnds.count)) {
      if parser.hasText(name, layoutText.span.extracting(start..<layoutEnds[known])) { return known }
      start = layoutEnds[known]
    }
    return nil
  }

  private mutating func remember(_ name: JSONNode, _ target: Int, _ kind: UInt16, of parser: borrowing JSONParser) {
    unsafe parser.withText(name) { unsafe layoutText.append(contentsOf: $0) }
    layoutEnds.append(layoutText.count)
    layoutTargets.append(target)
    layoutKinds.append(kind)
  }
}

extension JSONParser {
  /// Whether a node is a string, written without escapes, of these bytes.
  @unsafe
  fileprivate func isPlainString(_ node: JSONNode, _ text: UnsafePointer<UInt8>, count length: Int) -> Bool {
    guard kind(node) == .string, word(node, 4) == length else { return false }
    return unsafe ShortBytes.areEqual(input + word(node, 3), text, count: length)
  }

  /// The bit of a value's kind, in which true is as false and a string with escapes as one without.
  fileprivate func surveyBit(_ node: JSONNode) -> UInt16 {
    switch kind(node) {
    case .false: 1 << UInt16(JSONKind.true.rawValue)
    case .escapedString: 1 << UInt16(JSONKind.string.rawValue)
    case let kind: 1 << UInt16(kind.rawValue)
    }
  }

  /// The beginning of what was written.
  fileprivate func sample(_ node: JSONNode) -> String {
    unsafe withRaw(node) { raw in unsafe String(decoding: raw.prefix(FieldSurvey.sampleCountMax), as: UTF8.self) }
  }
}
