import JSONText
import SystemPackage

@testable import PipelineConfig

extension Configs {
  /// Two lengths of time in milliseconds, or two sizes in bytes.
  static func edges(_ lowest: String, _ highest: String) -> (least: Int, most: Int, unit: String)? {
    if let least = Quantity.duration(lowest), let most = Quantity.duration(highest) {
      return (milliseconds(least), milliseconds(most), "ms")
    }
    guard let least = Quantity.byteCount(lowest), let most = Quantity.byteCount(highest) else { return nil }
    return (least, most, "B")
  }
  private static func milliseconds(_ time: Duration) -> Int { Int((time / .milliseconds(1)).rounded()) }
}
