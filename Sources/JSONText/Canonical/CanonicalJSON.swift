internal import Glibc

/// JSON with one form for one meaning. Source: RFC 8785, with one exception: a number that a double cannot hold exactly
/// keeps its exact decimal value, so that two different prices never look alike.
///
/// Of members with the same name the last counts, as in PostgreSQL's jsonb.
@safe
public struct CanonicalJSON: ~Copyable {
  private let excluded: [JSONName]
  private var members: [Member] = []

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
    sort(from: base, of: parser)

    out.append(0x7B)
    let end = members.count
    var isFirst = true
    for index in base..<end {
      let name = members[index].name
      // Equal names stand together in the order they were written: only the last of them is said.
      if index + 1 < end, Self.compare(name, members[index + 1].name, in: parser) == 0 { continue }
      if !isFirst { out.append(0x2C) }
      isFirst = false
      append(name, of: parser, isOutermost: false, to: &out)
      out.append(0x3A)
      append(JSONNode(index: name.index + 1), of: parser, isOutermost: false, to: &out)
    }
    out.append(0x7D)
  }

  /// Insertion sort: vendors send members in the same order every time, most objects are small, and many are sorted.
  private mutating func sort(from base: Int, of parser: borrowing JSONParser) {
    guard members.count - base > 1 else { return }
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

  /// The order of RFC 8785 §3.2.3: by UTF-16 units. Bytes of UTF-8 sort the same but where a scalar beyond U+FFFF meets one
  /// from U+E000 on, so bytes decide unless a name holds such a one.
  static func compare(_ left: JSONNode, _ right: JSONNode, in parser: borrowing JSONParser) -> Int {
    unsafe parser.withText(left) { a in
      unsafe parser.withText(right) { b in
        let common = min(a.count, b.count)
        var difference = 0
        if common > 0, let baseA = a.baseAddress, let baseB = b.baseAddress {
          difference = unsafe Int(memcmp(baseA, baseB, common))
        }
        if difference == 0 { return a.count - b.count }
        if unsafe hasHighScalar(a) || hasHighScalar(b) {
          let unitsA = unsafe Array(String(decoding: a, as: UTF8.self).utf16)
          let unitsB = unsafe Array(String(decoding: b, as: UTF8.self).utf16)
          return unitsA.lexicographicallyPrecedes(unitsB) ? -1 : 1
        }
        return difference
      }
    }
  }

  /// Whether UTF-8 holds a scalar from U+E000 on: a lead byte of 0xEE or more.
  private static func hasHighScalar(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    for index in text.indices where unsafe text[index] >= 0xEE { return true }
    return false
  }
}
