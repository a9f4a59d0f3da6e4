internal import Telemetry

/// Measured numbers as a person reads them.
public enum FigureFormat {
  /// Three digits that count, whole numbers with their thousands set apart: `0.0123`, `1.23`, `12.3`, `1,234`.
  public static func short(_ number: Double) -> String {
    let size = abs(number)
    guard size.isFinite, size < 1e15 else { return "?" }
    if size >= 100 || number == 0 { return CountText.grouped(Int(number.rounded())) }
    var decimals = size >= 10 ? 1 : 2
    var scale = size >= 10 ? 10.0 : 100.0
    while size * scale < 99.5, size < 1, decimals < 6 { (decimals, scale) = (decimals + 1, scale * 10) }
    let units = Int((number * scale).rounded())
    let digits = String(units.magnitude)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    var text = "\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return (number < 0 ? "-" : "") + text
  }

  /// `640 B`, `12.3 KiB`, `1.5 GiB`.
  public static func bytes(_ count: Int) -> String {
    var (value, unit) = (Double(count), 0)
    let units = ["B", "KiB", "MiB", "GiB", "TiB"]
    while abs(value) >= 1024, unit < units.count - 1 { (value, unit) = (value / 1024, unit + 1) }
    return "\(short(value)) \(units[unit])"
  }

  /// Milliseconds: `0.4 ms`, `85 ms`, `1.2 s`.
  public static func milliseconds(_ time: Double) -> String {
    time < 1000 ? "\(short(time)) ms" : "\(seconds(time / 1000))"
  }

  /// `0.2 s`, `59 s`, `12 min`, `3.4 h`.
  public static func seconds(_ time: Double) -> String {
    switch time {
    case ..<120: "\(short(time)) s"
    case ..<7200: "\(short(time / 60)) min"
    default: "\(short(time / 3600)) h"
    }
  }

  /// `99.97 %`, `100 %`; cut, not rounded, so that one of a million missing still shows.
  public static func percent(_ share: Double) -> String {
    if share >= 1 { return "\(Int((share * 100).rounded())) %" }
    let hundredths = Int(share * 10_000)
    let rest = hundredths % 100
    return rest == 0 ? "\(hundredths / 100) %" : "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) %"
  }
}
