/// Finds and orders the records of a query, once for all of its pages.
enum QueryEvaluation {
  static func rows(matching filter: FilterExpression?, in ordering: Ordering, of version: SetVersion) -> ResultRows {
    guard let filter else {
      if ordering.isByKey { return .everything(count: version.table.count) }
      if ordering.isByStamp { return .places(version.byStamp) }
      return .places(sorted(Array(0..<UInt32(version.table.count)), in: ordering, of: version))
    }
    var reader = RecordReader(version)
    var places: [UInt32] = []
    // "What changed since" is what feeds ask for: the prepared order by stamp leaves only what did.
    let candidates = version.byStamp[filter.firstByStamp(in: version)...]
    for place in candidates where reader.matches(filter, at: Int(place)) { places.append(place) }
    if ordering.isByStamp { return .places(places) }
    if ordering.isByKey { return .places(places.sorted()) }
    return .places(sorted(places, in: ordering, of: version))
  }

  private static func sorted(_ places: [UInt32], in ordering: Ordering, of version: SetVersion) -> [UInt32] {
    var reader = RecordReader(version)
    var positions: [UInt8] = []
    var ends: [Int] = []
    ends.reserveCapacity(places.count)
    for place in places {
      positions += reader.position(of: Int(place), in: ordering)
      ends.append(positions.count)
    }
    let bytes = positions.span
    func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }
    var order = Array(places.indices)
    order.sort { ByteOrder.compare(bytes.extracting(range($0)), bytes.extracting(range($1))) < 0 }
    return order.map { places[$0] }
  }
}

extension FilterExpression {
  /// How many records at the beginning of the order by stamp cannot match, because the filter wants a later stamp.
  func firstByStamp(in version: SetVersion) -> Int {
    switch self {
    case .compare(let property, .gt, let literal) where property.isStamp:
      literal.instant.map { version.countByStamp(upTo: $0, inclusive: false) } ?? 0
    case .compare(let property, .ge, let literal) where property.isStamp:
      literal.instant.map { version.countByStamp(upTo: $0, inclusive: true) } ?? 0
    case .all(let parts): parts.map { $0.firstByStamp(in: version) }.max() ?? 0
    case .compare, .isOneOf, .isTrue, .any, .not: 0
    }
  }
}

extension Literal {
  fileprivate var instant: Instant? {
    switch self {
    case .instant(let instant): instant
    case .date(let midnight): midnight
    case .null, .boolean, .number, .string: nil
    }
  }
}
