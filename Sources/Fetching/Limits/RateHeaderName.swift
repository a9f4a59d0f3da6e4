/// What a header's name says: `x-ratelimit-remaining-minute`, `Hour-Quota-ResetTime`.
struct RateHeaderName: Equatable {
  enum Word: Equatable { case remaining, limit, used, reset }

  var word: Word
  /// What is left of the name: headers with the same belong to one limit.
  var group: String
  var unit: Double?

  private static let words: [(text: String, word: Word)] = [
    ("remaining", .remaining), ("available", .remaining), ("left", .remaining), ("resettime", .reset),
    ("reset", .reset), ("used", .used), ("call-limit", .used), ("limit", .limit),
  ]
  private static let units: [(text: String, seconds: Double)] = [
    ("second", 1), ("minute", 60), ("hour", 3600), ("day", 86_400), ("daily", 86_400),
  ]

  /// Whether a name, in any case, has one of the words in it that all names of limits have: `limit`, `quota`.
  ///
  /// Every header of every answer comes by here. Searched for as texts, those words took 6 % of all the time of fetch.
  static func mayBeOne(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    guard bytes.count >= 5 else { return false }
    return (0...(bytes.count - 5)).contains { start in
      let word = bytes[start] | 0x20 == UInt8(ascii: "l") ? Self.limit : Self.quota
      return (0..<5).allSatisfy { bytes[start + $0] | 0x20 == word[$0] }
    }
  }

  private static let limit = Array("limit".utf8)
  private static let quota = Array("quota".utf8)

  /// Nil when the header speaks of something else.
  init?(_ name: String) {
    var rest = name
    let isLimit = ["ratelimit", "rate-limit", "quota", "api-call-limit"].contains { rest.contains($0) }
    guard isLimit, !rest.contains("policy"), !rest.contains("retry-after") else { return nil }
    rest = rest.replacing("rate-limit", with: "rate").replacing("ratelimit", with: "rate")
    guard let found = Self.words.first(where: { rest.contains($0.text) }) else { return nil }
    word = found.word
    group = rest.replacing(found.text, with: "").split(separator: "-").sorted().joined(separator: " ")
    unit = Self.units.first { rest.contains($0.text) }?.seconds
  }
}
