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
    // The last five letters, in lower case, as one number.
    var last: UInt64 = 0
    for byte in name.utf8 {
      last = (last << 8 | UInt64(byte | 0x20)) & 0xFF_FFFF_FFFF
      if last == limit || last == quota { return true }
    }
    return false
  }

  private static let limit: UInt64 = 0x6C_696D_6974
  private static let quota: UInt64 = 0x71_756F_7461

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
