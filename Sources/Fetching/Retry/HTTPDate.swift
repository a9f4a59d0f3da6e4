internal import JSONText

/// Dates as HTTP writes them: `Sun, 06 Nov 1994 08:49:37 GMT`. Source: RFC 9110 §5.6.7, the one form that may be sent.
enum HTTPDate {
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// Seconds since 1970; nil when the text is no such date.
  static func seconds(_ text: String) -> Int? {
    let parts = text.split(separator: " ", omittingEmptySubsequences: true)
    guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])) else { return nil }
    let number = month + 1
    let day = parts[1].count == 1 ? "0\(parts[1])" : String(parts[1])
    return Timestamp("\(parts[3])-\(number < 10 ? "0" : "")\(number)-\(day)T\(parts[4])Z")?.seconds
  }
}
