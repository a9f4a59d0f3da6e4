/// A text that must never be printed: a token, a password, a URL that holds one.
///
/// Every way that Swift has of turning a value into text gives `***`, and there is no `Codable`: writing one down takes
/// the word `reveal`, which a reviewer can search for.
public struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The text itself. Hand it to the one call that needs it and keep no copy.
  public let reveal: String

  public init(_ text: String) { reveal = text }

  public var description: String { "***" }
  public var debugDescription: String { "***" }
  public var customMirror: Mirror { Mirror(self, children: [(label: String?, value: Any)](), displayStyle: .struct) }
}
