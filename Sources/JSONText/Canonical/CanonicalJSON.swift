/// JSON with one form for one meaning. Source: RFC 8785; of numbers see ``Numbers``.
///
/// Of members with the same name the last counts, as in PostgreSQL's jsonb.
@safe
public struct CanonicalJSON: ~Copyable {
  /// What a number counts as.
  public enum Numbers: Sendable {
    /// The decimal that was written, so that two different prices never look alike.
    case exact
    /// The double that it reads as, as RFC 8785 has it. One that no double reaches keeps its decimal.
    case doubles
  }

  private let excluded: [JSONName]
  private let numbers: Numbers
  private var members: [Member] = []
  /// Name nodes of the usual objects around the one being written, each object's in the order written.
  private var names: [Int] = []
  /// The objects before, see ``shapeIndex(of:at:in:)``.
  private var shapes: [ObjectShape]

  /// Leaves out the members of the outermost object that `names` holds.
  public init(excluding names: [String] = [], numbers: Numbers = .exact) {
    self.numbers = numbers
    excluded = names.map(JSONName.init)
    shapes = Array(repeating: ObjectShape(), count: 1 + Self.shapedDepthMax * (Self.shapedCountMax + 1))
  }

  /// Appends the canonical form of a node.
  public mutating func append(_ node: JSONNode, of parser: borrowing JSONParser, to out: inout OutputBytes) {
    append(node, of: parser, depth: 0, to: &out)
  }
}

extension CanonicalJSON {
  private struct Member {
    var name: JSONNode
    /// Its place among the members as written.
    var place: Int
  }

  private mutating func append(
    _ node: JSONNode,
    of parser: borrowing JSONParser,
    depth: Int,
    to out: inout OutputBytes
  ) {
    switch parser.kind(node) {
    case .null, .true, .false, .string:
      // A string written without escapes is its own canonical form.
      out.appendRaw(node, of: parser)
    case .number:
      unsafe parser.withRaw(node) { unsafe CanonicalNumber.append($0, as: numbers, to: &out) }
    case .escapedString:
      unsafe parser.withText(node) { text in unsafe out.appendQuoted(Span(_unsafeElements: text)) }
    case .array:
      out.append(0x5B)
      var at = parser.firstChild(node)
      while let element = at {
        append(element, of: parser, depth: depth + 1, to: &out)
        at = parser.next(after: element, in: node)
        if at != nil { out.append(0x2C) }
      }
      out.append(0x5D)
    case .object:
      appendObject(node, of: parser, depth: depth, to: &out)
    }
  }

  private mutating func appendObject(
    _ node: JSONNode,
    of parser: borrowing JSONParser,
    depth: Int,
    to out: inout OutputBytes
  ) {
    guard let shape = shapeIndex(of: node, at: depth, in: parser) else {
      return appendSorting(node, of: parser, depth: depth, shape: nil, to: &out)
    }
    let base = names.count
    guard shapes[shape].matches(node, of: parser, names: &names) else {
      names.removeLast(names.count - base)
      return appendSorting(node, of: parser, depth: depth, shape: shape, to: &out)
    }
    out.append(0x7B)
    let order = shapes[shape].order
    // Members that stand in the text as in the canonical form, one behind the other, are copied as one piece.
    var run = 0..<0
    for place in order.indices {
      let name = JSONNode(index: names[base + order[place]])
      guard let written = canonicalRange(name, in: parser) else {
        out.appendRaw(run, of: parser)
        run = 0..<0
        if place > 0 { out.append(0x2C) }
        appendMember(name, of: parser, depth: depth, to: &out)
        continue
      }
      if place > 0, written.lowerBound == run.upperBound + 1, parser.byte(at: run.upperBound) == 0x2C {
        run = run.lowerBound..<written.upperBound
      } else {
        out.appendRaw(run, of: parser)
        if place > 0 { out.append(0x2C) }
        run = written
      }
    }
    out.appendRaw(run, of: parser)
    out.append(0x7D)
    names.removeLast(names.count - base)
  }

  /// Which of the objects before this one is compared with: the last outermost one; of inner ones the last with as many
  /// members at the same depth, so that no object has its shape taken by one inside it. Nil for what is not remembered.
  private func shapeIndex(of node: JSONNode, at depth: Int, in parser: borrowing JSONParser) -> Int? {
    if depth == 0 { return 0 }
    guard depth <= Self.shapedDepthMax else { return nil }
    var (count, index) = (0, node.index + 1)
    let end = parser.endIndex(node)
    while index < end {
      count += 1
      if count > Self.shapedCountMax { return nil }
      index = parser.endIndex(JSONNode(index: index + 1))
    }
    return 1 + (depth - 1) * (Self.shapedCountMax + 1) + count
  }

  /// Levels below the outermost object at which objects are remembered, and how many members they have at most.
  private static let shapedDepthMax = 3
  private static let shapedCountMax = 64

  /// Appends a member: its name, a colon, its value.
  private mutating func appendMember(
    _ name: JSONNode,
    of parser: borrowing JSONParser,
    depth: Int,
    to out: inout OutputBytes
  ) {
    if let written = canonicalRange(name, in: parser) { return out.appendRaw(written, of: parser) }
    append(name, of: parser, depth: depth, to: &out)
    out.append(0x3A)
    append(JSONNode(index: name.index + 1), of: parser, depth: depth + 1, to: &out)
  }

  /// Where a member stands in the text, if it stands there as in the canonical form: name, colon and value without a gap.
  /// Most do.
  private func canonicalRange(_ name: JSONNode, in parser: borrowing JSONParser) -> Range<Int>? {
    let value = JSONNode(index: name.index + 1)
    let (names, values) = (parser.rawRange(name), parser.rawRange(value))
    guard parser.kind(name) == .string, values.lowerBound == names.upperBound + 1, isCanonical(value, in: parser) else {
      return nil
    }
    return names.lowerBound..<values.upperBound
  }

  private func isCanonical(_ value: JSONNode, in parser: borrowing JSONParser) -> Bool {
    switch parser.kind(value) {
    case .null, .true, .false, .string: true
    case .number: unsafe parser.withRaw(value) { unsafe CanonicalNumber.isPlain($0, as: numbers) }
    case .escapedString, .array, .object: false
    }
  }
}

extension CanonicalJSON {
  /// Any object, one that was never seen before too. Members of the objects around this one stay below `base` in the one
  /// array that all share.
  private mutating func appendSorting(
    _ node: JSONNode,
    of parser: borrowing JSONParser,
    depth: Int,
    shape: Int?,
    to out: inout OutputBytes
  ) {
    let base = members.count
    var written: [JSONNode] = []
    var at = parser.firstChild(node)
    while let name = at {
      let value = JSONNode(index: name.index + 1)
      if !(depth == 0 && excluded.contains(where: { parser.hasText(name, $0) })) {
        members.append(Member(name: name, place: written.count))
      }
      written.append(name)
      at = parser.next(after: value, in: node)
    }
    let hasRepeats = sort(from: base, of: parser)
    if let shape {
      if hasRepeats {
        shapes[shape].forget()
      } else {
        shapes[shape].remember(names: written, order: members[base...].map(\.place), of: parser)
      }
    }

    out.append(0x7B)
    let end = members.count
    var isFirst = true
    for index in base..<end {
      let name = members[index].name
      // Equal names stand together in the order they were written: only the last of them is said.
      if hasRepeats, index + 1 < end, Self.compare(name, members[index + 1].name, in: parser) == 0 { continue }
      if !isFirst { out.append(0x2C) }
      isFirst = false
      appendMember(name, of: parser, depth: depth, to: &out)
    }
    out.append(0x7D)
    members.removeLast(members.count - base)
  }

  /// Sorts the members from `base` on.
  ///
  /// - Returns: Whether a name is there more than once.
  private mutating func sort(from base: Int, of parser: borrowing JSONParser) -> Bool {
    members[base...].sort { left, right in
      let order = Self.compare(left.name, right.name, in: parser)
      return order == 0 ? left.place < right.place : order < 0
    }
    for index in members.indices[base...].dropFirst()
    where Self.compare(members[index - 1].name, members[index].name, in: parser) == 0 {
      return true
    }
    return false
  }

  /// The order of RFC 8785 §3.2.3: by UTF-16 units. Bytes of UTF-8 sort the same, but where a scalar beyond U+FFFF (its
  /// first byte is 0xF0 or more, its first unit a surrogate) meets one from U+E000 to U+FFFF (0xEE or 0xEF).
  static func compare(_ left: JSONNode, _ right: JSONNode, in parser: borrowing JSONParser) -> Int {
    unsafe parser.withText(left) { a in
      unsafe parser.withText(right) { b in
        let common = min(a.count, b.count)
        for index in 0..<common {
          let (x, y) = unsafe (a[index], b[index])
          if x == y { continue }
          let isTurned = x >= 0xEE && y >= 0xEE && (x >= 0xF0) != (y >= 0xF0)
          return isTurned ? Int(y) - Int(x) : Int(x) - Int(y)
        }
        return a.count - b.count
      }
    }
  }
}
