/// Names that become parts of a path.
enum FeedName {
  /// Longest name of a feed, in bytes.
  static let byteCountMax = 48

  /// Whether a feed may be called this: `^[a-z0-9][a-z0-9_-]{0,47}$`. Nothing of that kind leaves its directory.
  static func isValid(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, bytes.count <= byteCountMax else { return false }
    guard first.isDigit || first.isLowercaseLetter else { return false }
    return bytes.allSatisfy { isOrdinary($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
  }

  private static func isOrdinary(_ byte: UInt8) -> Bool { byte.isDigit || byte.isLowercaseLetter }
}

enum StateName {
  /// Whether a file of state may be called this: like a feed, and dots inside. A leading dot is a draft's.
  static func isValid(_ text: String) -> Bool {
    !text.contains("..")
      && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy {
        FeedName.isValid(String($0))
      }
  }
}
