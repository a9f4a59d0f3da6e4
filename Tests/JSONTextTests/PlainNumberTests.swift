import TestSupport
import Testing

@testable import JSONText

struct PlainNumberTests {
  @Test("a number that is taken for its own form is it", arguments: 0..<4000 as Range<UInt64>)
  func twin(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let token = Self.token(using: &random)
    for numbers in [CanonicalJSON.Numbers.exact, .doubles] {
      #expect(try canonical(token, numbers: numbers) == CanonicalNumber.form(of: token, as: numbers), "\(token)")
    }
  }

  /// A number by JSON's grammar, with many zeros in the places where they matter.
  private static func token(using random: inout SeededGenerator) -> String {
    func digits(_ count: Int) -> String {
      (0..<count).map { _ in Bool.random(using: &random) ? "0" : "\(Int.random(in: 0...9, using: &random))" }.joined()
    }
    let whole = Bool.random(using: &random) ? "0" : "\(Int.random(in: 1...9, using: &random))"
    var token = Bool.random(using: &random) ? "-" : ""
    token += whole == "0" ? whole : whole + digits(Int.random(in: 0...24, using: &random))
    if Int.random(in: 0..<4, using: &random) > 0 { token += "." + digits(Int.random(in: 1...24, using: &random)) }
    if Int.random(in: 0..<8, using: &random) == 0 { token += "e\(Int.random(in: -30...30, using: &random))" }
    return token
  }
}
