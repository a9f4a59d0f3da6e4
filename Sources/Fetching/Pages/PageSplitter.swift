internal import JSONText
internal import NIOCore

/// Takes pages apart. Keeps its parser's memory from one page to the next.
struct PageSplitter: ~Copyable {
  private let shape: PageShape
  private let messages: VendorMessage
  private var parser = JSONParser()
  private var recordParser = JSONParser()

  private static let errorName = JSONName("error")

  init(_ shape: PageShape, messages: VendorMessage) {
    self.shape = shape
    self.messages = messages
  }

  /// Finds the records, their versions, the total and the next link.
  ///
  /// - Throws: ``RequestFailure`` of the kind content when the answer is not a page of the feed.
  mutating func split(_ response: VendorResponse) throws(RequestFailure) -> Page {
    var body = response.body
    // Some vendors' frameworks begin a text with a byte order mark; RFC 8259 §8.1 lets a reader pass over it.
    if body.readableBytesView.starts(with: [0xEF, 0xBB, 0xBF]) { body.moveReaderIndex(forwardBy: 3) }
    let areRecordsParsed = try parse(body, response)
    let root = parser.root
    if parser.kind(root) == .object, let error = parser.member(root, Self.errorName), isError(error) {
      throw RequestFailure(.content, "status \(response.status) with an error in it\(said(root))")
    }
    guard let array = parser.find(shape.records, from: root), parser.kind(array) == .array else {
      throw RequestFailure(.content, "no array of records at \"\(shape.records)\" in the answer\(said(root))")
    }
    var page = Page(body: body)
    page.total = find(shape.total).flatMap { Int(parser.string($0)) }.flatMap { $0 < 0 ? nil : $0 }
    page.nextLink = try nextLink() ?? shape.nextHeader.flatMap { NextHeader.link(in: response, name: $0) }
    page.hasMore = shape.more.flatMap { parser.find($0, from: root) }.flatMap { Self.boolean(parser.kind($0)) }
    if areRecordsParsed { collect(array, into: &page) } else { collectOneByOne(array, into: &page) }
    if let first = page.records.first, let last = page.records.last {
      let all = body.readableBytesUInt8Span.extracting(first.range.lowerBound..<last.range.upperBound)
      page.fingerprint = PageFingerprint(all)
      page.hasNewlines = ByteScan.containsNewline(all)
    }
    return page
  }
}

extension PageSplitter {
  /// - Returns: Whether the records were looked into. One bad record must not cost a page: when the text is no JSON,
  ///   but is so around the records, each record is taken for itself, and the next stage puts the bad one aside.
  private mutating func parse(_ body: ByteBuffer, _ response: VendorResponse) throws(RequestFailure) -> Bool {
    do throws(JSONError) {
      try parser.parse(body.readableBytesUInt8Span, maxDepth: shape.recordDepth)
      return true
    } catch {
      if (try? parser.parse(body.readableBytesUInt8Span, maxDepth: shape.records.tokens.count)) != nil { return false }
      throw notJSON(body, response, error)
    }
  }

  private func notJSON(_ body: ByteBuffer, _ response: VendorResponse, _ error: JSONError) -> RequestFailure {
    let type = response.contentType.map { " (\($0.oneLine(maxCount: 60)))" } ?? ""
    guard let first = body.readableBytesView.first(where: { $0 > 0x20 }) else {
      return RequestFailure(.content, "status \(response.status) with nothing in it")
    }
    guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
      let beginning = body.readableBytesView.prefix(AnswerCollector.messageByteCountMax)
      let text = messages.text(of: Array(beginning)).map { ": \($0)" } ?? ""
      return RequestFailure(.content, "status \(response.status) with something else than JSON\(type)\(text)")
    }
    return RequestFailure(.content, "the answer is broken JSON: \(error), of \(body.readableBytes) bytes")
  }

  /// What the first of the pointers that leads to something leads to.
  private func find(_ pointers: [JSONPointer]) -> JSONNode? {
    for pointer in pointers {
      if let node = parser.find(pointer, from: parser.root), !parser.isNull(node) { return node }
    }
    return nil
  }

  private func nextLink() throws(RequestFailure) -> String? {
    guard let node = find(shape.nextLink) else { return nil }
    switch parser.kind(node) {
    case .string, .escapedString: break
    // A token may be a number, and `false` is one way of saying that there is none.
    case .number where shape.isToken: break
    case .false: return nil
    default: throw RequestFailure(.content, "the next link is not a text")
    }
    let link = parser.string(node).trimmed
    return link.isEmpty ? nil : link
  }

  private static func boolean(_ kind: JSONKind) -> Bool? {
    switch kind {
    case .true: true
    case .false: false
    case .null, .number, .string, .escapedString, .array, .object: nil
    }
  }

  /// `"error": null`, `false`, `""` and `{}` are how some vendors say that all is well.
  private func isError(_ node: JSONNode) -> Bool {
    switch parser.kind(node) {
    case .null, .false, .number: false
    case .true: true
    case .string, .escapedString: !parser.string(node).isEmpty
    case .array, .object: unsafe parser.withRaw(node) { $0.count > 2 }
    }
  }

  private func said(_ node: JSONNode) -> String {
    // A page of records can be large, and its message is never among them.
    guard parser.count <= AnswerCollector.messageByteCountMax,
      let value = try? JSONValue(parsing: parser.rawString(node))
    else { return "" }
    return messages.text(of: value).map { ": \($0)" } ?? ""
  }
}

extension PageSplitter {
  private func collect(_ array: JSONNode, into page: inout Page) {
    var (at, last) = (parser.firstChild(array), JSONNode?.none)
    if let first = at { page.first = position(of: first, parser) }
    while let record = at {
      let start = page.versions.count
      if let cursor = shape.cursor { Self.appendVersion(of: record, cursor, parser, to: &page.versions) }
      page.records.append(Page.Record(range: parser.rawRange(record), version: start..<page.versions.count))
      last = record
      at = parser.next(after: record, in: array)
    }
    if let last { page.last = position(of: last, parser) }
  }

  private mutating func collectOneByOne(_ array: JSONNode, into page: inout Page) {
    let buffer = page.body
    let body = buffer.readableBytesUInt8Span
    var at = parser.firstChild(array)
    while let record = at {
      let range = parser.rawRange(record)
      let start = page.versions.count
      let isJSON = (try? recordParser.parse(body.extracting(range), maxDepth: shape.orderDepth)) != nil
      if isJSON, let cursor = shape.cursor {
        Self.appendVersion(of: recordParser.root, cursor, recordParser, to: &page.versions)
      }
      // What tells where the next page begins may be missing from a bad record, and the walk then says so.
      page.last = isJSON ? position(of: recordParser.root, recordParser) : nil
      if page.records.isEmpty { page.first = page.last }
      page.records.append(Page.Record(range: range, version: start..<page.versions.count))
      at = parser.next(after: record, in: array)
    }
  }

  /// Where a record stands in the order of pages; nil when nobody needs it.
  private func position(of record: JSONNode, _ parser: borrowing JSONParser) -> RecordPosition? {
    guard !shape.order.isEmpty else { return nil }
    return RecordPosition(
      values: shape.order.map { pointer in
        guard let node = parser.find(pointer, from: record) else { return .null }
        return (try? JSONValue(parsing: parser.rawString(node))) ?? .null
      }
    )
  }

  private static func appendVersion(
    of record: JSONNode,
    _ cursor: JSONName,
    _ parser: borrowing JSONParser,
    to versions: inout [UInt8]
  ) {
    guard parser.kind(record) == .object, let field = parser.member(record, cursor) else { return }
    switch parser.kind(field) {
    case .string, .escapedString, .number: unsafe parser.withText(field) { unsafe versions.append(contentsOf: $0) }
    case .null, .false, .true, .array, .object: return
    }
  }
}
