/// A query on one version of a set, understood and evaluated.
struct ODataQuery: Sendable {
  let version: SetVersion
  let options: QueryOptions
  let ordering: Ordering
  let rows: ResultRows

  /// - Throws: ``Refusal`` when the filter or the order cannot be understood.
  init(_ options: QueryOptions, of version: SetVersion, cache: QueryCache) throws(Refusal) {
    self.version = version
    self.options = options
    ordering = try Ordering(options.orderBy, in: version)
    let ordering = ordering
    let key = QueryCache.Key(
      set: version.set.name,
      generation: version.generation,
      query: ["odata", options.filter, options.orderBy]
    )
    rows = try cache.rows(for: key) { () throws(Refusal) in
      let filter = try options.filter.map { text throws(Refusal) in try FilterParser.parse(text, in: version) }
      return QueryEvaluation.rows(matching: filter, in: ordering, of: version)
    }
  }

  /// Index of the first row of the page that is asked for.
  ///
  /// In the data that the link was made from it is a number. In other data it is the first row behind the last one that
  /// was sent: rows that came or went before it move nothing, and no row behind it is passed over.
  var start: Int {
    guard let token = options.token else { return options.skip }
    if token.generation == version.generation { return token.index }
    var reader = RecordReader(version)
    let (rows, ordering) = (rows, ordering)
    return (0..<rows.count).partitioningIndex { index in
      ByteOrder.compare(reader.position(of: rows[index], in: ordering), token.position) > 0
    }
  }

  /// The page that is asked for, and the token for the one after it.
  ///
  /// - Throws: ``Refusal`` when it lies beyond the vendor's record window.
  func page(_ end: ODataPage.End, twist: PageTwist? = nil) throws(Refusal) -> (PageWalk, next: SkipToken?) {
    var walk = try PageWalk(options, from: start, of: rows.count, window: end.window)
    if end.isSilent, walk.sent >= end.window ?? .max { walk.hasMore = false }
    var next = walk.rows.upperBound
    if let twist {
      let whole = walk.rows
      (walk.rows, next) = twist.apply(start: whole.lowerBound, end: whole.upperBound, pageSize: walk.pageSize)
      walk.sent -= whole.upperBound - next
      walk.hasMore = walk.hasMore || next < whole.upperBound || twist.link == .always
    }
    guard walk.hasMore else { return (walk, nil) }
    var reader = RecordReader(version)
    let position = next == 0 ? [] : reader.position(of: rows[next - 1], in: ordering)
    let token = SkipToken(
      generation: version.generation,
      index: next,
      sent: walk.sent,
      pageSize: walk.pageSize,
      position: position
    )
    return (walk, token)
  }
}
