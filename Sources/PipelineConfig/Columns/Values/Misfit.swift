internal import JSONText

/// A value does not fit its column.
public struct Misfit: Error, Equatable {
  /// For a person: the value, cut, and the rule that it breaks.
  public var reason: String
  /// The nearest value that fits, as the staged queue would hold it; nil where there is none.
  public var nearest: String?

  init(_ reason: String, nearest: String? = nil) {
    self.reason = reason
    self.nearest = nearest
  }

  /// Names the value, cut to a length that a log can hold.
  init(_ value: JSONNode, of parser: borrowing JSONParser, isNo type: String, nearest: String? = nil) {
    self.init("\(Self.shown(value, of: parser)) is no \(type)", nearest: nearest)
  }

  /// The value as a message shows it.
  static func shown(_ value: JSONNode, of parser: borrowing JSONParser) -> String {
    // No more is made a String than is looked at: a value may be as long as a segment allows.
    let text = unsafe parser.withRaw(value) { raw in
      unsafe String(decoding: raw.prefix(shownMax * 4 + 4), as: UTF8.self)
    }
    return text.count > shownMax ? text.prefix(shownMax) + "…" : text
  }

  private static let shownMax = 60
}
