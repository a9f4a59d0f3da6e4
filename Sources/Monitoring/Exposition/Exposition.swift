/// A text in Prometheus' exposition format 0.0.4: families in the order they are added, each with HELP and TYPE, and its
/// samples together.
///
/// Source: prometheus.io/docs/instrumenting/exposition_formats and /docs/practices/naming.
struct Exposition {
  enum Kind: String {
    /// Only grows, but for a restart; its name ends in `_total`.
    case counter
    case gauge
  }

  struct Sample {
    var labels: [(name: String, value: String)]
    var value: Double
  }

  private(set) var text = ""

  /// One family. Without samples it is left out: an empty family says nothing.
  mutating func add(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
    guard !samples.isEmpty else { return }
    precondition(kind != .counter || name.hasSuffix("_total"), "a counter is called so")
    text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
    for sample in samples {
      let labels = sample.labels.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }
      text += name + (labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}") + " \(Self.number(sample.value))\n"
    }
  }

  mutating func add(_ name: String, _ kind: Kind, _ help: String, value: Double) {
    add(name, kind, help, [Sample(labels: [], value: value)])
  }

  /// Backslash and line feed; in a label's value the quotation mark too.
  private static func escaped(_ text: String, quotes: Bool) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quotes: result += "\\\""
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    return value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
  }
}
