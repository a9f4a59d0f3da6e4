/// Counts and times as a person reads them.
public enum CountText {
  /// The order in which counts are said: as the work goes. Others follow by name.
  private static let order = [
    "pages", "segments", "records", "bytes", "requests", "retries", "repeated", "rejected", "inserted", "updated",
    "unchanged", "superseded", "orphaned", "adopted", "deleted", "vanished", "unseen",
  ]

  /// `segments 3, records 60,000, inserted 59,990`. Zeros are said too: an `orphaned 0` is an answer.
  public static func sentence(_ counts: [String: Int]) -> String {
    let known = order.filter { counts[$0] != nil }
    let others = counts.keys.filter { !order.contains($0) }.sorted()
    return (known + others).map { "\($0) \(grouped(counts[$0] ?? 0))" }.joined(separator: ", ")
  }

  /// A whole number with its thousands set apart: `1,234,567`.
  public static func grouped(_ number: Int) -> String {
    var text = ""
    for (index, digit) in String(number.magnitude).reversed().enumerated() {
      if index > 0, index.isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return (number < 0 ? "-" : "") + String(text.reversed())
  }

  /// A time in tenths of a second: `12.3 s`.
  public static func seconds(_ time: Duration) -> String {
    let tenths = Int((time / .milliseconds(100)).rounded())
    return "\(grouped(tenths / 10)).\(tenths % 10) s"
  }
}
