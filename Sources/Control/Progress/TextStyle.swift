/// Emphasis for a terminal, or none.
public struct TextStyle: Sendable, Equatable {
  /// Whether escape sequences may be written.
  public var isColoured: Bool

  public init(isColoured: Bool) { self.isColoured = isColoured }

  public static let plain = TextStyle(isColoured: false)

  public func strong(_ text: String) -> String { wrapped(text, in: "1") }
  public func bad(_ text: String) -> String { wrapped(text, in: "1;31") }
  public func attention(_ text: String) -> String { wrapped(text, in: "33") }

  /// Source: ECMA-48 §8.3.117, select graphic rendition.
  private func wrapped(_ text: String, in code: String) -> String {
    isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }

  /// The text with nothing in it that a terminal would obey: a vendor's error message may hold anything.
  static func printable(_ text: some StringProtocol) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      let isControl = scalar.properties.generalCategory == .control && scalar != "\t"
      result.unicodeScalars.append(isControl ? " " : scalar)
    }
    return result
  }
}
