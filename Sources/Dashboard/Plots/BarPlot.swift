internal import Monitoring

/// Bars over past runs, the newest at the right: one figure of each run, coloured by how the run ended.
///
/// The bars are SVG that stretches to any width; the words beside them are HTML, so that they stay readable on a phone. The
/// same figures stand in a table below, for whoever does not see them.
struct BarPlot {
  struct Bar {
    /// What the bar stands for: a time, a run.
    var label: String
    var value: Double
    var status: RunMetrics.Status
  }

  var title: String
  var unit: String
  /// The oldest first.
  var bars: [Bar]
  /// How a value is written.
  var format: @Sendable (Double) -> String
  /// Names the element that opens the table; one of a kind on its page.
  var id: String

  /// So few bars are not drawn as wide as the plot.
  private static let slotsLeast = 24

  var markup: Markup {
    let top = Scale.nice(above: bars.map(\.value).max() ?? 0)
    let slots = max(Self.slotsLeast, bars.count)
    let shift = slots - bars.count
    let drawn = bars.enumerated().map { index, bar -> Markup in
      let height = top > 0 ? max(bar.value > 0 ? 1 : 0, bar.value / top * 100) : 0
      let x = Double(shift + index) + 0.12
      return """
        <rect class="bar \(Self.style(bar.status))" x="\(Coordinate.text(x))" y="\(Coordinate.text(100 - height))" width="0.76" \
        height="\(Coordinate.text(height))"><title>\(bar.label): \(format(bar.value)) \(unit)</title></rect>
        """
    }
    let lines = [0.0, 50, 100].map { y -> Markup in
      "<line class=\"grid\" x1=\"0\" x2=\"\(slots)\" y1=\"\(Coordinate.text(y))\" y2=\"\(Coordinate.text(y))\"/>"
    }
    return """
      <figure><figcaption>\(title) <small>\(unit), each bar a run</small></figcaption>
      <div class="plot"><div class="y" aria-hidden="true"><span>\(format(top))</span><span>\(format(top / 2))</span>\
      <span>0</span></div>
      <svg viewBox="0 0 \(slots) 100" preserveAspectRatio="none" role="img" aria-label="\(summary)">\(lines)\(median(top, slots))\
      \(drawn)</svg>
      <div class="x" aria-hidden="true"><span>\(shift == 0 ? bars.first?.label ?? "" : "")</span><span>\(bars.last?.label ?? "")</span></div></div>
      <details id="\(id)"><summary>The figures of \(title.lowercasedFirst)</summary>\(table)</details></figure>
      """
  }

  /// What the picture says, in a sentence.
  private var summary: String {
    guard let last = bars.last, let median = Median.of(bars.map(\.value)) else { return "\(title): no runs yet" }
    let values = bars.map(\.value)
    return
      "\(title) of the last \(bars.count) runs: \(format(values.min() ?? 0)) to \(format(values.max() ?? 0)) \(unit), "
      + "median \(format(median)), the latest \(format(last.value))"
  }

  private func median(_ top: Double, _ slots: Int) -> Markup {
    guard bars.count > 2, top > 0, let median = Median.of(bars.map(\.value)) else { return .nothing }
    let y = Coordinate.text(100 - median / top * 100)
    return
      "<line class=\"median\" x1=\"0\" x2=\"\(slots)\" y1=\"\(y)\" y2=\"\(y)\"><title>median \(format(median))</title></line>"
  }

  private var table: Markup {
    let rows = bars.reversed().map { bar -> [Markup] in
      ["\(bar.label)", "\(format(bar.value))", StatusBadge.of(bar.status)]
    }
    let columns = [DataTable.Column("Run"), .init(unit, number: true), .init("How it ended")]
    return DataTable(caption: "\(title), the newest run first", columns: columns, rows: rows, emptyText: "No runs yet.")
      .markup
  }

  private static func style(_ status: RunMetrics.Status) -> String {
    switch status {
    case .succeeded: "succeeded"
    case .missed, .stopped: "missed"
    case .failed, .skipped, .notStarted: "failed"
    }
  }
}

extension String {
  fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
