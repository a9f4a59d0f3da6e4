/// JSON with one form for one meaning. Source: RFC 8785, with one exception: a number that a double cannot hold exactly
/// keeps its exact decimal value, so that two different prices never look alike.
///
/// Of members with the same name the last counts, as in PostgreSQL's jsonb.
@safe
public struct CanonicalJSON: ~Copyable {
  private let excluded: [JSONName]
  private var members: [Member] = []
  /// For each number of members, the order in which the last object of that size sorted.
  private var orders: [[Int]] = []

  /// - Parameter names: Members of the outermost object that are left out.
  public init(excluding names: [String] = []) { excluded = names.map(JSONName.init) }

  /// Appends the canonical form of a node.
  public mutating func append(_ node: JSONNode, of parser: borrowing JSONParser, to out: inout OutputBytes) {
    append(node, of: parser, isOutermost: true, to: &out)
  }
}

extension CanonicalJSON {
  private struct Member {
    var name: JSONNode
    var order: Int
  }

  private mutating func append(
    _ node: JSONNode,
    of parser: borrowing JSONParser,
    isOutermost: Bool,
    to out: inout OutputBytes
  ) {
    switch parser.kind(node) {
    case .null, .true, .false, .string:
      // A string written without escapes is its own canonical form.
      out.appendRaw(node, of: parser)
    case .number:
      unsafe parser.withRaw(node) { unsafe CanonicalNumber.append($0, to: &out) }
    case .escapedString:
      unsafe parser.withText(node) { text in unsafe out.appendQuoted(Span(_unsafeElements: text)) }
    case .array:
      out.append(0x5B)
      var at = parser.firstChild(node)
      while let element = at {
        append(element, of: parser, isOutermost: false, to: &out)
        at = parser.next(after: element, in: node)
        if at != nil { out.append(0x2C) }
      }
      out.append(0x5D)
    case .object:
      appendObject(node, of: parser, isOutermost: isOutermost, to: &out)
    }
  }

  /// Members of the objects around this one stay below `base` in the one array that all share.
  private mutating func appendObject(
    _ node: JSONNode,
    of parser: borrowing JSONParser,
    isOutermost: Bool,
    to out: inout OutputBytes
  ) {
    let base = members.count
    defer { members.removeLast(members.count - base) }
    var at = parser.firstChild(node)
    while let name = at {
      let value = JSONNode(index: name.index + 1)
      if !(isOutermost && excluded.contains(where: { parser.hasText(name, $0) })) {
        members.append(Member(name: name, order: members.count))
      }
      at = parser.next(after: value, in: node)
    }
    let hasRepeats = sort(from: base, of: parser)

    out.append(0x7B)
    let end = members.count
    var isFirst = true
    for index in base..<end {
      let name = members[index].name
      // Equal names stand together in the order they were written: only the last of them is said.
      if hasRepeats, index + 1 < end, Self.compare(name, members[index + 1].name, in: parser) == 0 { continue }
      if !isFirst { out.append(0x2C) }
      isFirst = false
      append(name, of: parser, isOutermost: false, to: &out)
      out.append(0x3A)
      append(JSONNode(index: name.index + 1), of: parser, isOutermost: false, to: &out)
    }
    out.append(0x7D)
  }

  /// Sorts the members from `base` on.
  ///
  /// Vendors send an object's members in the same order every time. So the order that the last object of this size took
  /// is tried first, which costs one comparison a member; sorting each anew was a fifth of hash's time.
  ///
  /// - Returns: Whether a name is there more than once.
  private mutating func sort(from base: Int, of parser: borrowing JSONParser) -> Bool {
    let count = members.count - base
    guard count > 1 else { return false }
    if count < orders.count, !orders[count].isEmpty, permute(from: base, by: count, of: parser) { return false }
    insertionSort(from: base, of: parser)
    var hasRepeats = false
    for index in (base + 1)..<members.count
    where Self.compare(members[index - 1].name, members[index].name, in: parser) == 0 {
      hasRepeats = true
    }
    if count <= Self.rememberedCountMax, !hasRepeats {
      while orders.count <= count { orders.append([]) }
      orders[count] = members[base...].map { $0.order - base }
    }
    return hasRepeats
  }

  /// Objects of more members are sorted each time.
  private static let rememberedCountMax = 512

  /// Brings the members into the remembered order.
  ///
  /// - Returns: Whether they are sorted now, no two alike; if not, they stand as they were written.
  private mutating func permute(from base: Int, by count: Int, of parser: borrowing JSONParser) -> Bool {
    for place in 1..<count {
      let (left, right) = (members[base + orders[count][place - 1]], members[base + orders[count][place]])
      guard Self.compare(left.name, right.name, in: parser) < 0 else { return false }
    }
    let written = members.count
    for place in 0..<count { members.append(members[base + orders[count][place]]) }
    for place in 0..<count { members[base + place] = members[written + place] }
    members.removeLast(count)
    return true
  }

  private mutating func insertionSort(from base: Int, of parser: borrowing JSONParser) {
    for index in (base + 1)..<members.count {
      let member = members[index]
      var place = index
      while place > base, Self.compare(members[place - 1].name, member.name, in: parser) > 0 {
        members[place] = members[place - 1]
        place -= 1
      }
      members[place] = member
    }
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
