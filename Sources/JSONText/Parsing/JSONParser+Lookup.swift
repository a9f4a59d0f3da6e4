extension JSONParser {
  /// The value of a member; of several with one name the last, as in PostgreSQL's jsonb. Nil when there is none.
  public func member(_ object: JSONNode, _ name: JSONName) -> JSONNode? {
    guard word(object, 0) == Int(JSONKind.object.rawValue) else { return nil }
    var found: JSONNode?
    var at = firstChild(object)
    while let member = at {
      let value = JSONNode(index: member.index + 1)
      if hasText(member, name) { found = value }
      at = next(after: value, in: object)
    }
    return found
  }

  /// The value that belongs to a member's name.
  public func memberValue(_ name: JSONNode) -> JSONNode { JSONNode(index: name.index + 1) }

  /// Whether a string's text is this name's, byte for byte.
  public func hasText(_ node: JSONNode, _ name: JSONName) -> Bool { hasText(node, name.bytes.span) }

  /// Whether a string's text is these bytes.
  func hasText(_ node: JSONNode, _ name: Span<UInt8>) -> Bool {
    let length = word(node, 4)
    guard length == name.count else { return false }
    return unsafe withText(node) { text in
      guard let base = text.baseAddress else { return length == 0 }
      return unsafe name.withUnsafeBufferPointer { other in
        guard let otherBase = other.baseAddress else { return true }
        return unsafe ShortBytes.areEqual(base, otherBase, count: length)
      }
    }
  }

  /// What a pointer leads to, starting from `node`, to which its first `skipping` names have led already; nil when there is
  /// nothing, or it lies deeper than was parsed.
  public func find(_ pointer: JSONPointer, from node: JSONNode, skipping: Int = 0) -> JSONNode? {
    var at = node
    for token in pointer.names[skipping...] {
      switch kind(at) {
      case .object:
        guard let value = member(at, token) else { return nil }
        at = value
      case .array:
        guard let index = token.arrayIndex, let element = element(index, of: at) else { return nil }
        at = element
      default:
        return nil
      }
    }
    return at
  }

  private func element(_ index: Int, of array: JSONNode) -> JSONNode? {
    var at = firstChild(array)
    for _ in 0..<index {
      guard let element = at else { return nil }
      at = next(after: element, in: array)
    }
    return at
  }
}

/// A member's name, made ready for looking up: its UTF-8 bytes.
public struct JSONName: Hashable, Sendable {
  let bytes: [UInt8]
  public init(_ text: String) { bytes = Array(text.utf8) }

  /// The name as an index of an array (RFC 6901 §4: no leading zeros); nil when it is none.
  var arrayIndex: Int? {
    guard let first = bytes.first, bytes.count <= 9, bytes.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    if first == 0x30 && bytes.count > 1 { return nil }
    return bytes.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }
}
