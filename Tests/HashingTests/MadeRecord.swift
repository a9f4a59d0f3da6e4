import JSONText
import TestSupport

/// A value made for a test: its canonical form is known by construction, and it can be written in many ways.
///
/// This is RFC 8785 from the other end: nothing here reads JSON, so that it shares no mistake with the code under test.
indirect enum MadeValue {
  case scalar(Scalar)
  case array([MadeValue])
  case object([(name: Scalar, value: MadeValue)])

  /// A string, number or word with its one canonical form and other ways to write it.
  struct Scalar {
    var canonical: String
    var others: [String]
    /// For a string: what it says.
    var text = ""
  }

  static let scalars: [Scalar] = [
    ("0", ["-0", "0.0", "0e5", "-0.000"]), ("1", ["1.0", "1e0", "10E-1", "0.1e+1"]), ("-2.5", ["-25e-1", "-2.50"]),
    ("0.1", ["0.10", "1e-1", "0.10000000000000000"]), ("19.99", ["1999e-2", "19.990"]),
    ("123456789012", ["1.23456789012e11", "123456789012.0"]), ("100000000000000000000", ["1e20", "1E+20"]),
    ("1e+21", ["1e21", "1000000000000000000000"]), ("0.000001", ["1e-6", "0.0000010"]),
    ("1e-7", ["0.0000001", "1E-7"]),
    ("9007199254740992", ["9007199254740992.0"]), ("9007199254740993", ["9007199254740993.0", "9007199254740993e0"]),
    ("12345678901234567891", ["1.2345678901234567891e19"]), ("1e+400", ["10e399", "1E400"]), ("5e-324", ["0.5e-323"]),
    ("true", []), ("false", []), ("null", []), (#""1""#, [#""\u0031""#]), (#""true""#, []), (#""""#, []),
    (#""text""#, [#""\u0074ext""#]), (#""é😀""#, [#""\u00e9\ud83d\ude00""#, #""\u00E9😀""#]),
    (#""\n\u0001/""#, [#""\u000A\u0001\/""#]), (#""\b\f\"\\""#, [#""\u0008\u000C\u0022\u005c""#]), (#""\u007f""#, []),
    (#""e\u0301""#, []),
  ].map {
    Scalar(canonical: $0.0 == #""\u007f""# ? "\"\u{7F}\"" : $0.0 == #""e\u0301""# ? "\"e\u{301}\"" : $0.0, others: $0.1)
  }

  /// Names whose order by UTF-16 units is not that of their bytes, or that look alike.
  static let names: [Scalar] = [
    ("a", [#""\u0061""#]), ("aa", []), ("A", []), ("", []), ("10", []), ("2", []), ("é", [#""\u00E9""#]),
    ("e\u{301}", []), ("\u{FB33}", [#""\ufb33""#]), ("😀", [#""\ud83d\ude00""#]), ("\u{10FFFF}", []), ("\u{FFFF}", []),
    ("\"", [#""\u0022""#]), ("stamp", [#""st\u0061mp""#]), ("zz", []),
  ].map { Scalar(canonical: $0.0 == "\"" ? #""\"""# : "\"\($0.0)\"", others: $0.1, text: $0.0) }
}

extension MadeValue {
  static func random(depth: Int, using random: inout SeededGenerator) -> MadeValue {
    switch depth > 0 ? Int.random(in: 0..<6, using: &random) : 0 {
    case 4: .array((0..<Int.random(in: 0...4, using: &random)).map { _ in .random(depth: depth - 1, using: &random) })
    case 5: .object(depth: depth, using: &random)
    default: .scalar(scalars.randomElement(using: &random) ?? scalars[0])
    }
  }

  static func object(depth: Int, using random: inout SeededGenerator) -> MadeValue {
    let count = Int.random(in: 0...8, using: &random)
    return .object(
      names.shuffled(using: &random).prefix(count).map { ($0, .random(depth: depth - 1, using: &random)) }
    )
  }

  /// RFC 8785, from the parts.
  var canonical: String {
    switch self {
    case .scalar(let scalar): return scalar.canonical
    case .array(let elements): return "[\(elements.map(\.canonical).joined(separator: ","))]"
    case .object(let members):
      let sorted = members.sorted { $0.name.text.utf16.lexicographicallyPrecedes($1.name.text.utf16) }
      return "{\(sorted.map { "\($0.name.canonical):\($0.value.canonical)" }.joined(separator: ","))}"
    }
  }

  /// The same value, written in some other way.
  func written(using random: inout SeededGenerator) -> String {
    func space() -> String { ["", "", "", " ", "\t", " \r "].randomElement(using: &random) ?? "" }
    func spelling(_ scalar: Scalar) -> String {
      space() + (([scalar.canonical] + scalar.others).randomElement(using: &random) ?? "") + space()
    }
    switch self {
    case .scalar(let scalar): return spelling(scalar)
    case .array(let elements):
      return
        "\(space())[\(elements.isEmpty ? space() : elements.map { $0.written(using: &random) }.joined(separator: ","))]"
    case .object(let members):
      var parts: [String] = []
      for member in members.shuffled(using: &random) {
        parts.append("\(spelling(member.name)):\(member.value.written(using: &random))")
      }
      return "{\(parts.isEmpty ? space() : parts.joined(separator: ","))}\(space())"
    }
  }

  /// With one value somewhere inside changed, or one more or less.
  func changed(using random: inout SeededGenerator) -> MadeValue {
    let other = MadeValue.random(depth: 1, using: &random)
    switch self {
    case .scalar: return other
    case .array(var elements):
      let place = Int.random(in: 0...elements.count, using: &random)
      if place == elements.count { return .array(elements + [other]) }
      switch Int.random(in: 0..<3, using: &random) {
      case 0: elements.remove(at: place)
      case 1: elements.swapAt(place, 0)
      default: elements[place] = elements[place].changed(using: &random)
      }
      return .array(elements)
    case .object(var members):
      let place = Int.random(in: 0...members.count, using: &random)
      if place == members.count {
        return .object(members + [(Scalar(canonical: "\"new\"", others: [], text: "new"), other)])
      }
      if Int.random(in: 0..<4, using: &random) == 0 {
        members.remove(at: place)
      } else {
        members[place].value = members[place].value.changed(using: &random)
      }
      return .object(members)
    }
  }
}
