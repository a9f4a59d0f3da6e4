internal import Telemetry

/// Figures of a run as a person reads them.
enum FigureText {
  /// `62 %`; rounded down, so that 100 % means all.
  static func percent(_ fraction: Double) -> String { "\(Int(fraction * 100)) %" }

  /// `99.97 %`, `100 %`; cut, not rounded, so that one record of a million missing still shows.
  static func successRate(_ fraction: Double) -> String {
    if fraction >= 1 { return "100 %" }
    let hundredths = Int(fraction * 10_000)
    let cents = hundredths % 100
    return "\(hundredths / 100).\(cents < 10 ? "0" : "")\(cents) %"
  }

  /// Whole above a hundred, with a tenth below.
  static func rate(_ perSecond: Double) -> String {
    guard perSecond < 100 else { return CountText.grouped(Int(perSecond.rounded())) }
    let tenths = Int((perSecond * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  /// `0:07`, `12:34`, `1:02:03`.
  static func clock(_ time: Duration) -> String {
    let seconds = Int((time / .seconds(1)).rounded(.up))
    func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    let tail = padded(seconds % 60)
    return hours > 0 ? "\(hours):\(padded(minutes)):\(tail)" : "\(minutes):\(tail)"
  }

  /// `1 row`, `2 rows`.
  static func counted(_ count: Int, _ singular: String) -> String {
    "\(CountText.grouped(count)) \(singular)\(count == 1 ? "" : "s")"
  }
}
