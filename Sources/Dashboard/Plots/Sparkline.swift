internal import Monitoring

/// A line as high as the text beside it: how a figure went over the last runs.
struct Sparkline {
  /// The oldest first.
  var values: [Double]
  /// What it shows, for whoever does not see it.
  var label: String

  var markup: Markup {
    guard values.count > 1, let top = values.max(), top > 0 else { return "<span class=\"muted\">too few runs</span>" }
    let points = values.enumerated().map { index, value in
      let x = Double(index) / Double(values.count - 1) * 100
      return "\(Coordinate.text(x)),\(Coordinate.text(24 - value / top * 21))"
    }
    return """
      <svg class="spark" viewBox="0 0 100 26" preserveAspectRatio="none" role="img" aria-label="\(label)">\
      <polyline points="\(points.joined(separator: " "))"/></svg>
      """
  }
}

/// A coordinate in SVG: to the hundredth, so that a page stays small.
enum Coordinate {
  static func text(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    return hundredths.isMultiple(of: 100) ? String(hundredths / 100) : "\(Double(hundredths) / 100)"
  }
}

/// The upper end of an axis.
enum Scale {
  /// The least of 1, 2, 2.5, 4, 5, 6, 8 times a power of ten that is not under the value: half of each is a number that reads well.
  static func nice(above value: Double) -> Double {
    guard value > 0, value.isFinite else { return 1 }
    var power = 1.0
    while power * 10 <= value { power *= 10 }
    while power > value { power /= 10 }
    return [1, 2, 2.5, 4, 5, 6, 8, 10].map { $0 * power }.first { $0 >= value } ?? power * 10
  }
}
