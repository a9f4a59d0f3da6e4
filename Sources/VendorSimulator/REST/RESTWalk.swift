/// One page of a REST walk: which rows, and what the next request has to say.
struct RESTWalk: Sendable {
  /// Indices into the result.
  var rows: Range<Int>
  var hasMore: Bool
  /// Records that the client may have in a page.
  var pageSize: Int
  /// The page's number, for walks that count pages.
  var page: Int
  /// Where the next page begins, as a value for ``parameter``.
  var next: String
  /// The query parameter that carries ``next``.
  var parameter: String

  /// - Throws: ``Refusal``, status 400: a value that the parameter cannot have.
  init(
    _ query: QueryString,
    of dialect: RESTDialect,
    rows result: ResultRows,
    version: SetVersion,
    twist: PageTwist?
  ) throws(Refusal) {
    let names = dialect.names
    let found = FoundRows(dialect: dialect, result: result, version: version)
    pageSize = try Self.pageSize(query, dialect)
    page = dialect.firstPage
    var start = 0
    switch dialect.walk {
    case .page:
      parameter = names.page
      page = try Self.number(query[names.page], names.page, least: dialect.firstPage) ?? dialect.firstPage
      let (product, overflow) = (page - dialect.firstPage).multipliedReportingOverflow(by: pageSize)
      start = overflow ? result.count : product
    case .offset:
      parameter = names.offset
      start = try Self.number(query[names.offset], names.offset, least: 0) ?? 0
    case .token:
      parameter = names.token
      start = try found.start(token: query[names.token], names.token)
    case .lastKey:
      parameter = names.after
      start = try found.start(after: query[names.after], names.after)
    }
    start = min(start, result.count)
    let end = min(result.count, start + pageSize)
    let goesOn: Int
    (rows, goesOn) = twist?.apply(start: start, end: end, pageSize: pageSize) ?? (start..<end, end)
    hasMore = goesOn < result.count || twist?.link == .always
    next = ""
    if hasMore { next = found.next(from: goesOn, page: page, pageSize: pageSize, salt: twist?.salt ?? 0) }
  }

  private static func pageSize(_ query: QueryString, _ dialect: RESTDialect) throws(Refusal) -> Int {
    let name = dialect.names.size
    guard let size = try number(query[name], name, least: 1) else { return dialect.pageSize }
    if size > dialect.pageSizeMax, !dialect.capsPageSize {
      throw .badRequest("\(name) is a number from 1 to \(dialect.pageSizeMax), not '\(size)'")
    }
    return min(size, dialect.pageSizeMax)
  }

  private static func number(_ text: String?, _ name: String, least: Int) throws(Refusal) -> Int? {
    guard let text else { return nil }
    guard let number = Int(text), number >= least else {
      throw .badRequest("\(name) is a number from \(least), not '\(text)'")
    }
    return number
  }
}

/// The rows that a request asks for, of which a page is a part.
private struct FoundRows {
  let dialect: RESTDialect
  let result: ResultRows
  let version: SetVersion

  private var ordering: Ordering { dialect.order == .stamp ? Ordering.byStamp(in: version) : Ordering.byKey }

  /// What the next request has to say to begin at a row.
  func next(from index: Int, page: Int, pageSize: Int, salt: Int) -> String {
    switch dialect.walk {
    case .page: return String(page + 1)
    case .offset: return String(index)
    case .token:
      var reader = RecordReader(version)
      let position = index == 0 ? [] : reader.position(of: result[index - 1], in: ordering)
      return SkipToken(
        generation: version.generation,
        index: index,
        sent: salt,
        pageSize: pageSize,
        position: position
      ).text
    case .lastKey: return index == 0 ? "" : KeyText.text(of: result[index - 1], in: version)
    }
  }

  /// The row that a token points to: its index as long as the data is the same, else the first row behind its position.
  func start(token text: String?, _ name: String) throws(Refusal) -> Int {
    guard let text, !text.isEmpty else { return 0 }
    guard let token = SkipToken(text: text) else { throw .badRequest("\(name) is not one of this vendor's") }
    return token.generation == version.generation ? token.index : first(behind: token.position)
  }

  /// The first row behind the record that has a key.
  func start(after text: String?, _ name: String) throws(Refusal) -> Int {
    guard let text, !text.isEmpty else { return 0 }
    guard let key = KeyText.sortBytes(of: text, in: version) else {
      throw .badRequest("\(name): '\(text)' is not a key of \(version.set.name)")
    }
    guard dialect.order == .stamp else { return first(behind: key) }
    // Where a record is in the order of stamps is known as long as it is there.
    guard let place = version.table.place(ofKey: key) else {
      throw .badRequest("\(name): there is no record '\(text)' in \(version.set.name)")
    }
    var reader = RecordReader(version)
    return first(behind: reader.position(of: place, in: ordering))
  }

  private func first(behind position: [UInt8]) -> Int {
    let ordering = ordering
    var reader = RecordReader(version)
    return (0..<result.count).partitioningIndex { index in
      ByteOrder.compare(reader.position(of: result[index], in: ordering), position) > 0
    }
  }
}
