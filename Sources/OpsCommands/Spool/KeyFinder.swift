internal import Glibc
internal import JSONText
internal import PipelineConfig
internal import Spool
internal import Telemetry

/// Where in the lines of a queue a record's key stands.
enum KeyFields: Equatable {
  /// Members of the line, in the key's order.
  case members([String])
  /// The member `key` of the line, an array.
  case envelope
  /// Members of the member `record` of the line.
  case record([String])

  /// Nil when only the pipeline knows, and there is none to ask.
  init?(_ footer: SegmentFooter, feed: Feed?) {
    let inRecord = footer.kind == .rejected
    switch footer.stage {
    case .hashed where !inRecord: self = .envelope
    case .staged where !inRecord:
      guard let feed else { return nil }
      self = .members(feed.keyColumns.map(\.name))
    case .fetched, .hashed, .staged:
      guard let feed else { return nil }
      self = inRecord ? .record(feed.key) : .members(feed.key)
    }
  }
}

/// Finds the records of one key among lines.
///
/// A part of a key is compared as text: a number by its digits, a string by its characters.
struct KeyFinder {
  let parts: [[UInt8]]
  private let fields: KeyFields

  /// - Parameters:
  ///   - text: The key; of several parts, a JSON array of them.
  ///   - fields: Where it stands.
  /// - Throws: When an array holds something that no key does.
  init(_ text: String, fields: KeyFields) throws(NoKey) {
    self.fields = fields
    guard text.hasPrefix("["), let value = try? JSONValue(parsing: text), case .array(let elements) = value else {
      parts = [Array(text.utf8)]
      return
    }
    var parts: [[UInt8]] = []
    for element in elements {
      switch element {
      case .string(let text), .number(let text): parts.append(Array(text.utf8))
      case .bool(let flag): parts.append(Array("\(flag)".utf8))
      case .null, .array, .object: throw NoKey(text: text)
      }
    }
    guard !parts.isEmpty else { throw NoKey(text: text) }
    self.parts = parts
  }

  func matches(_ line: Span<UInt8>) -> Bool {
    // Most lines are told apart without reading them as JSON. An escape could spell any character.
    guard let first = parts.first, Self.contains(line, first) || Self.contains(line, [UInt8(ascii: "\\")]) else {
      return false
    }
    var parser = JSONParser()
    guard (try? parser.parse(line)) != nil, parser.kind(parser.root) == .object else { return false }
    return matches(parser)
  }

  private func matches(_ parser: borrowing JSONParser) -> Bool {
    switch fields {
    case .members(let names): return matches(parser, parser.root, names)
    case .record(let names):
      guard let record = parser.member(parser.root, JSONName("record")), parser.kind(record) == .object else {
        return false
      }
      return matches(parser, record, names)
    case .envelope:
      guard let key = parser.member(parser.root, JSONName("key")), parser.kind(key) == .array else { return false }
      var child = parser.firstChild(key)
      for part in parts {
        guard let node = child, Self.text(parser, node) == part else { return false }
        child = parser.next(after: node, in: key)
      }
      return child == nil
    }
  }

  private func matches(_ parser: borrowing JSONParser, _ object: JSONNode, _ names: [String]) -> Bool {
    guard names.count == parts.count else { return false }
    for (name, part) in zip(names, parts) {
      guard let node = parser.member(object, JSONName(name)), Self.text(parser, node) == part else { return false }
    }
    return true
  }

  private static func text(_ parser: borrowing JSONParser, _ node: JSONNode) -> [UInt8] {
    parser.kind(node).isString
      ? unsafe parser.withText(node) { unsafe Array($0) } : unsafe parser.withRaw(node) { unsafe Array($0) }
  }

  private static func contains(_ line: Span<UInt8>, _ part: [UInt8]) -> Bool {
    guard let first = part.first else { return true }
    return unsafe line.withUnsafeBufferPointer { line in
      guard var rest = line.baseAddress else { return false }
      let end = unsafe rest + line.count
      while unsafe end - rest >= part.count {
        let room = unsafe end - rest - part.count + 1
        guard let hit = unsafe memchr(rest, Int32(first), room) else { return false }
        if unsafe memcmp(hit, part, part.count) == 0 { return true }
        unsafe rest = UnsafePointer(hit.assumingMemoryBound(to: UInt8.self)) + 1
      }
      return false
    }
  }
}

/// A text that looks like a key of several parts and is none.
struct NoKey: OperatorError, Equatable {
  var text: String

  var message: String { "\(text): not a key" }
  var hint: String? { "a key of several parts is a JSON array of texts and numbers: [\"A1\",7]" }
  var exitStatus: ExitStatus { .usage }
}

/// Which fields are the key is in pipeline.json, which was not there.
struct NoKeyFields: OperatorError, Equatable {
  var feed: String

  var message: String { "\(feed): only pipeline.json says which fields are its key" }
  var hint: String? { "name it with --config" }
  var exitStatus: ExitStatus { .config }
}
