internal import FoundationEssentials
internal import Telemetry

extension Date {
  /// RFC 3339, UTC, with milliseconds.
  var stamp: String {
    let milliseconds = Int((timeIntervalSince1970 * 1000).rounded(.down))
    let seconds = Int((Double(milliseconds) / 1000).rounded(.down))
    let (date, time) = WallClock.fields(seconds: seconds)
    return "\(date.joined(separator: "-"))T\(time.joined(separator: ":")).\((milliseconds - seconds * 1000).padded(3))Z"
  }
}

/// Lengths of time as a person reads them, in the two units that matter: `2h5m`, `3m20s`, `0s`.
enum SpanText {
  private static let units: [(name: String, seconds: Int)] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]

  static func text(seconds: Double) -> String {
    var rest = Int(max(0, seconds).rounded())
    guard let first = units.firstIndex(where: { rest >= $0.seconds }) else { return "0s" }
    var text = ""
    for (name, length) in units[first...].prefix(2) where rest >= length {
      text += "\(rest / length)\(name)"
      rest %= length
    }
    return text
  }
}
