internal import JSONText
internal import NIOCore
internal import PipelineConfig
internal import Telemetry

/// Where in a record the vendor cut a list: OData pages what `$expand` brings as well, and the rest is behind a link of its
/// own beside the list (OData 4.01 JSON Format §4.6.5: `Media@odata.nextLink` beside `Media`).
struct CutList: Equatable {
  /// What the rest goes in place of: nothing before the list's bracket, or the link where there is no list yet.
  var range: Range<Int>
  /// What stands before the rest and behind it.
  var before: String
  var after: String
  /// The link, as written.
  var link: String
  /// Where the link stands with its quotes; nothing is left of it.
  var linkRange: Range<Int>?
}

/// Finds the lists in records that were cut.
struct CutLists: ~Copyable {
  private var parser = JSONParser()

  private static let annotations = ["@odata.nextLink", "@nextLink"]

  /// - Returns: The lists that have a link, in the order of the record; none in what is no JSON.
  mutating func find(in record: Span<UInt8>) -> [CutList] {
    guard Self.annotations.contains(where: { ByteScan.contains(Array($0.utf8).span, in: record) }),
      (try? parser.parse(record)) != nil
    else { return [] }
    var found: [CutList] = []
    collect(parser.root, into: &found)
    return found.sorted { $0.range.lowerBound < $1.range.lowerBound }
  }

  private func collect(_ node: JSONNode, into found: inout [CutList]) {
    var at = parser.firstChild(node)
    let isObject = parser.kind(node) == .object
    while let child = at {
      guard isObject else {
        collect(child, into: &found)
        at = parser.next(after: child, in: node)
        continue
      }
      guard let value = parser.next(after: child, in: node) else { return }
      if parser.kind(value).isString, let list = Self.list(of: parser.string(child)) {
        found.append(cut(list, in: node, name: child, link: value))
      }
      collect(value, into: &found)
      at = parser.next(after: value, in: node)
    }
  }

  /// The name of the list that an annotation is of; the link of the page itself has none.
  private static func list(of name: String) -> String? {
    annotations.lazy.filter { name.count > $0.count && name.hasSuffix($0) }.first.map {
      String(name.dropLast($0.count))
    }
  }

  private func cut(_ list: String, in record: JSONNode, name: JSONNode, link: JSONNode) -> CutList {
    let (nameRange, linkRange) = (parser.rawRange(name), parser.rawRange(link))
    guard let array = parser.member(record, JSONName(list)), parser.kind(array) == .array else {
      return CutList(
        range: nameRange.lowerBound..<linkRange.upperBound,
        before: "\(JSONText.quoted(list)):[",
        after: "]",
        link: parser.string(link)
      )
    }
    let end = parser.rawRange(array).upperBound - 1
    return CutList(
      range: end..<end,
      before: parser.firstChild(array) == nil ? "" : ",",
      after: "",
      link: parser.string(link),
      linkRange: linkRange
    )
  }
}

/// Completes the records of a page whose lists the vendor cut.
struct ExpandedLists: Sendable {
  let fetcher: PageFetcher

  /// A list inside a list inside a list: what `$expand` can nest before a vendor refuses it.
  static let depthMax = 5

  /// The page with every list whole, or the page itself when none was cut.
  ///
  /// - Throws: ``FetchError`` when a list cannot be read to its end, or the page would become too large; `CancellationError`.
  func complete(_ page: Page, of request: PageRequest, at address: WebAddress, depth: Int = 0) async throws -> Page {
    let cuts = Self.cuts(of: page)
    guard cuts.contains(where: { !$0.isEmpty }) else { return page }
    guard depth < Self.depthMax else { throw failure("lists inside lists inside lists, \(depth) deep", request) }
    var whole = page
    whole.records = []
    whole.body = ByteBuffer()
    for (record, cuts) in zip(page.records, cuts) {
      var edits: [(range: Range<Int>, text: ByteBuffer)] = []
      for cut in cuts {
        var rest = try await rest(of: cut.link, request, at: address, depth: depth)
        let isEmpty = rest.readableBytes == 0
        var text = ByteBuffer(string: isEmpty && cut.linkRange != nil ? "" : cut.before)
        text.writeBuffer(&rest)
        text.writeString(cut.after)
        edits.append((cut.range, text))
        if let linkRange = cut.linkRange { edits.append((linkRange, ByteBuffer(string: "null"))) }
        let size = edits.reduce(whole.body.readableBytes + record.range.count) { $0 + $1.text.readableBytes }
        guard size <= AnswerCollector.byteCountMax else {
          throw failure(
            "a page of more than \(AnswerCollector.byteCountMax >> 20) MiB with its expanded lists",
            request
          )
        }
      }
      let start = whole.body.readableBytes
      var at = record.range.lowerBound
      for (range, text) in edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
        whole.body.writeBytes(page.bytes(at..<range.lowerBound + record.range.lowerBound))
        whole.body.writeImmutableBuffer(text)
        at = range.upperBound + record.range.lowerBound
      }
      whole.body.writeBytes(page.bytes(at..<record.range.upperBound))
      whole.records.append(Page.Record(range: start..<whole.body.readableBytes, version: record.version))
    }
    return whole
  }

  /// What is behind a link, page by page: the records' texts with commas between them.
  private func rest(of link: String, _ request: PageRequest, at address: WebAddress, depth: Int) async throws
    -> ByteBuffer
  {
    var walk = LinkPaging(first: address)
    var facts = PageFacts(
      number: request.number,
      records: 1,
      nextLink: link,
      address: address,
      fingerprint: PageFingerprint()
    )
    var rest = ByteBuffer()
    while true {
      do throws(PagingProblem) { try walk.pageRead(facts, PagingSums()) } catch {
        throw FetchError(feed: fetcher.feed.name, address: facts.address, error)
      }
      guard let next = walk.address(ofPage: 1, read: 0) else { return rest }
      let (cut, found) = try await fetcher.list(PageRequest(number: request.number, address: next))
      let page = try await complete(cut, of: request, at: found, depth: depth + 1)
      for record in page.records {
        if rest.readableBytes > 0 { rest.writeString(",") }
        rest.writeBytes(page.bytes(record.range))
      }
      guard rest.readableBytes <= AnswerCollector.byteCountMax else {
        throw failure("an expanded list of more than \(AnswerCollector.byteCountMax >> 20) MiB", request)
      }
      facts.records = page.records.count
      (facts.nextLink, facts.address) = (page.nextLink, found)
    }
  }

  private static func cuts(of page: Page) -> [[CutList]] {
    var lists = CutLists()
    let body = page.body.readableBytesUInt8Span
    return page.records.map { lists.find(in: body.extracting($0.range)) }
  }

  private func failure(_ message: String, _ request: PageRequest) -> FetchError {
    FetchError(
      feed: fetcher.feed.name,
      address: request.address,
      message: message,
      hint: "ask for fewer records a page, or mirror what is expanded as a feed of its own with this one as its parent",
      exitStatus: .dataError
    )
  }
}

extension Page {
  /// Bytes of the body, as ranges of records count them.
  fileprivate func bytes(_ range: Range<Int>) -> ByteBufferView {
    let view = body.readableBytesView
    return view[view.startIndex + range.lowerBound..<view.startIndex + range.upperBound]
  }
}
