internal import CSimdJSON

/// A place in the last parsed text; valid until the parser parses again.
@frozen
public struct JSONNode: Equatable, Sendable {
  @usableFromInline let index: Int
  @inlinable init(index: Int) { self.index = index }
}

/// What a node is.
@frozen
public enum JSONKind: UInt32, Sendable {
  case null = 0
  case `false` = 1
  case `true` = 2
  case number = 3
  /// A string without escapes: its text is its bytes between the quotes.
  case string = 4
  /// A string with escapes.
  case escapedString = 5
  case array = 6
  case object = 7

  @inlinable public var isString: Bool { self == .string || self == .escapedString }
}

/// Parses one JSON text after another, keeping the memory it needed.
///
/// The text is checked whole (RFC 8259) and flattened into nodes that remember how everything was written, numbers above
/// all. Owns a copy of the text, unless it is parsed in place, so nothing that the caller holds has to outlive a call.
///
/// Nodes are six 32-bit words each, laid out as `weir_json_node`.
@safe
public struct JSONParser: ~Copyable {
  private let handle: OpaquePointer
  private var copy: UnsafeMutablePointer<UInt8>
  private var capacity = 0
  /// The last text: the copy, or the caller's.
  @usableFromInline var input: UnsafePointer<UInt8>
  @usableFromInline var words: UnsafePointer<UInt32>
  @usableFromInline var strings: UnsafePointer<UInt8>
  /// Bytes of the last text.
  public private(set) var count = 0

  /// Containers below this many levels are all looked into.
  public static let wholeDepth = Int(UInt32.max)

  public init() {
    guard let handle = unsafe weir_json_new() else { fatalError("no memory for a JSON parser") }
    unsafe self.handle = handle
    unsafe copy = .allocate(capacity: 1)
    unsafe input = UnsafePointer(copy)
    unsafe words = UnsafePointer(UnsafeRawPointer(copy).assumingMemoryBound(to: UInt32.self))
    unsafe strings = UnsafePointer(copy)
  }

  deinit {
    unsafe weir_json_free(handle)
    unsafe copy.deallocate()
  }

  /// Parses one text.
  ///
  /// - Parameters:
  ///   - text: The bytes of one JSON text; copied.
  ///   - maxDepth: Containers inside more than this many others are kept as one node with their raw text and checked for
  ///     their brackets only: 0 looks into the fields of a record, and no further.
  /// - Throws: ``JSONError``; the nodes are then void.
  public mutating func parse(_ text: Span<UInt8>, maxDepth: Int = wholeDepth) throws(JSONError) {
    let length = text.count
    if length > capacity {
      unsafe copy.deallocate()
      capacity = max(65_536, length + length / 4)
      unsafe copy = .allocate(capacity: capacity)
    }
    unsafe text.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { unsafe copy.update(from: base, count: length) }
    }
    unsafe input = UnsafePointer(copy)
    try flatten(length, maxDepth)
  }

  /// Parses one text where it lies: for a line that is looked at and let go, copying it first was a fiftieth of the time.
  ///
  /// simdjson's first stage reads whole blocks of the text only and copies its end, so nothing behind it is read.
  ///
  /// - Parameters:
  ///   - text: As for ``parse(_:maxDepth:)``; not copied. Nodes may be asked for as long as it stays where it is.
  ///   - maxDepth: As there.
  /// - Throws: ``JSONError``; the nodes are then void.
  @unsafe
  public mutating func parse(inPlace text: Span<UInt8>, maxDepth: Int = wholeDepth) throws(JSONError) {
    unsafe text.withUnsafeBufferPointer { source in
      unsafe input = source.baseAddress ?? UnsafePointer(copy)
    }
    try flatten(text.count, maxDepth)
  }

  private mutating func flatten(_ length: Int, _ maxDepth: Int) throws(JSONError) {
    count = length
    let code = unsafe weir_json_parse(handle, input, length, UInt32(clamping: maxDepth))
    guard code == WEIR_JSON_OK else {
      let offset = unsafe weir_json_error_offset(handle)
      throw JSONError(code, at: Int(offset))
    }
    unsafe words = UnsafeRawPointer(weir_json_nodes(handle)).assumingMemoryBound(to: UInt32.self)
    if let texts = unsafe weir_json_strings(handle) { unsafe strings = texts }
  }

  /// The whole text's value.
  public var root: JSONNode { JSONNode(index: 0) }
}

extension JSONParser {
  @inlinable func word(_ node: JSONNode, _ field: Int) -> Int { unsafe Int(words[node.index * 6 + field]) }

  @inlinable public func kind(_ node: JSONNode) -> JSONKind {
    // The parser writes no other number, and the cases are in their order, one byte each: asked many times a member.
    unsafe unsafeBitCast(UInt8(truncatingIfNeeded: words[node.index * 6]), to: JSONKind.self)
  }

  @inlinable public func isNull(_ node: JSONNode) -> Bool { word(node, 0) == 0 }

  /// Where in the text this node's own writing begins and ends.
  @inlinable public func rawRange(_ node: JSONNode) -> Range<Int> {
    let start = word(node, 1)
    return start..<(start + word(node, 2))
  }

  /// The first thing inside a container: an element, or the first member's name. Nil when it is empty or was kept whole.
  @inlinable public func firstChild(_ node: JSONNode) -> JSONNode? {
    node.index + 1 < word(node, 5) ? JSONNode(index: node.index + 1) : nil
  }

  /// What follows a node inside `parent`: after a name its value, after a value the next name. Nil after the last.
  @inlinable public func next(after node: JSONNode, in parent: JSONNode) -> JSONNode? {
    let next = word(node, 5)
    return next < word(parent, 5) ? JSONNode(index: next) : nil
  }

  /// The exact bytes as written; a string with its quotes, an object with its braces.
  @inlinable
  public func withRaw<R>(_ node: JSONNode, _ body: (UnsafeBufferPointer<UInt8>) throws -> R) rethrows -> R {
    try unsafe body(UnsafeBufferPointer(start: input + word(node, 1), count: word(node, 2)))
  }

  /// A string's text, unescaped; of anything else what was written.
  @inlinable
  public func withText<R>(_ node: JSONNode, _ body: (UnsafeBufferPointer<UInt8>) throws -> R) rethrows -> R {
    switch kind(node) {
    case .escapedString: try unsafe body(UnsafeBufferPointer(start: strings + word(node, 3), count: word(node, 4)))
    case .string: try unsafe body(UnsafeBufferPointer(start: input + word(node, 3), count: word(node, 4)))
    default: try unsafe withRaw(node, body)
    }
  }

  /// A string's text, or what was written, as a String.
  public func string(_ node: JSONNode) -> String {
    unsafe withText(node) { unsafe String(decoding: $0, as: UTF8.self) }
  }

  /// What was written, as a String.
  public func rawString(_ node: JSONNode) -> String {
    unsafe withRaw(node) { unsafe String(decoding: $0, as: UTF8.self) }
  }
}
