/// A text of the file after replacement.
struct ConfigText {
  let value: String
  /// Some of it came from the environment, where secrets live: no message may show it.
  let isFromEnvironment: Bool

  init(_ value: String, isFromEnvironment: Bool = false) {
    self.value = value
    self.isFromEnvironment = isFromEnvironment
  }

  /// The text as a message may show it.
  var shown: String { isFromEnvironment ? "the value from the environment" : value.debugDescription }
}

/// `${NAME}` and `${NAME:-default}` in the strings of the file.
///
/// As in a shell, the default also stands in for a variable that is set and empty.
enum EnvironmentText {
  struct Failure: Error {
    var message: String
  }

  static func hasReference(_ text: String) -> Bool { text.contains("${") }

  static func replace(_ text: String, from environment: [String: String]) throws(Failure) -> ConfigText {
    var result = ""
    var rest = Substring(text)
    var found = false
    while let start = rest.firstRange(of: "${") {
      found = true
      result += rest[..<start.lowerBound]
      let inside = rest[start.upperBound...]
      guard let end = inside.firstIndex(of: "}") else { throw Failure(message: "\"${\" has no \"}\" after it") }
      result += try value(of: inside[..<end], in: environment)
      rest = inside[inside.index(after: end)...]
    }
    return ConfigText(result + rest, isFromEnvironment: found)
  }

  private static func value(
    of reference: Substring,
    in environment: [String: String]
  ) throws(Failure) -> String {
    let separator = reference.firstRange(of: ":-")
    let name = String(separator.map { reference[..<$0.lowerBound] } ?? reference)
    guard isName(name) else { throw Failure(message: "\"${\(name)}\" does not name an environment variable") }
    let value = environment[name]
    if let separator { return value.flatMap { $0.isEmpty ? nil : $0 } ?? String(reference[separator.upperBound...]) }
    if let value { return value }
    throw Failure(message: "the environment has no \(name); set it, or write \"${\(name):-default}\"")
  }

  private static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
    return name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: false
      }
    }
  }
}
