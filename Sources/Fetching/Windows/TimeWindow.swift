internal import JSONText
internal import PipelineConfig

/// A part of a feed by its cursor. The parts of a run hold each record once.
enum TimeWindow: Equatable, Sendable {
  /// The records whose cursor is null.
  case unstamped
  /// From a second on to before another, both since 1970; nil for no bound.
  case stamped(from: Int?, to: Int?)

  /// The whole of a feed in parts of equal time: what is older than `from` belongs to the first, the last is open.
  ///
  /// - Parameters:
  ///   - windows: As the pipeline has them.
  ///   - now: Seconds since 1970; about the end of the vendor's records.
  ///   - unit: Bounds are multiples of so many seconds: a day for a cursor that holds days.
  /// - Returns: The records without a stamp, and then the others from the oldest on.
  static func parts(of windows: BackfillWindows, now: Int, unit: Int) -> [TimeWindow] {
    let span = max(0, now - windows.from.seconds)
    var bounds: [Int] = []
    for number in 1..<windows.count {
      let bound = (windows.from.seconds + span / windows.count * number).floored(to: unit)
      if bounds.last.map({ $0 < bound }) ?? true { bounds.append(bound) }
    }
    let stamped = zip([nil] + bounds.map(Optional.some), bounds.map(Optional.some) + [nil])
    return [.unstamped] + stamped.map { .stamped(from: $0, to: $1) }
  }

  /// Nothing bounds it above: what changes while the run lasts moves into it.
  var isOpen: Bool { if case .stamped(_, nil) = self { true } else { false } }

  /// The conditions of OData's filter; the bounds are in whole seconds, in UTC.
  func conditions(on field: String, isDate: Bool) -> [String] {
    switch self {
    case .unstamped: ["\(field) eq null"]
    case .stamped(let from, let to):
      [
        from.map { "\(field) ge \(Self.literal($0, isDate))" }, to.map { "\(field) lt \(Self.literal($0, isDate))" },
      ].compactMap { $0 }
    }
  }

  private static func literal(_ second: Int, _ isDate: Bool) -> String {
    let text = Timestamp(seconds: second).text
    return isDate ? String(text.prefix(10)) : text
  }

  /// Cuts it in two at the middle of its time.
  ///
  /// - Parameters:
  ///   - lowest: What lies before this stays whole, in the lower part: where the walk through it is.
  ///   - highest: Stands for the end of one that is open.
  ///   - unit: As for ``parts(of:now:unit:)``.
  /// - Returns: Nil when there is nothing between.
  func halves(from lowest: Int, to highest: Int, unit: Int) -> (lower: TimeWindow, upper: TimeWindow)? {
    guard case .stamped(let from, let to) = self else { return nil }
    let (low, high) = (max(lowest, from ?? lowest), to ?? max(highest, lowest))
    let middle = (low + (high - low) / 2).floored(to: unit)
    guard middle > low, middle < high else { return nil }
    return (.stamped(from: from, to: middle), .stamped(from: middle, to: to))
  }
}

extension TimeWindow {
  /// 0001-01-01T00:00:00Z: nothing is written with a moment before it.
  static let earliest = -62_135_596_800

  var json: JSONValue {
    switch self {
    case .unstamped: .null
    case .stamped(let from, let to):
      .array([from, to].map { $0.map { .string(Timestamp(seconds: $0).text) } ?? .null })
    }
  }

  init?(_ json: JSONValue) {
    guard json != .null else {
      self = .unstamped
      return
    }
    var bounds: [Int?] = []
    for bound in json.elements {
      guard bound != .null else {
        bounds.append(nil)
        continue
      }
      guard let seconds = bound.text.flatMap({ Timestamp($0)?.seconds }) else { return nil }
      bounds.append(seconds)
    }
    guard bounds.count == 2 else { return nil }
    self = .stamped(from: bounds[0], to: bounds[1])
  }
}

extension Int {
  /// The next multiple that is not greater.
  fileprivate func floored(to unit: Int) -> Int {
    let rest = self % unit
    return self - (rest < 0 ? rest + unit : rest)
  }
}
