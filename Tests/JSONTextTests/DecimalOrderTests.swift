import JSONText
import TestSupport
import Testing

struct DecimalOrderTests {
  @Test("decimals compare by value, to the last digit")
  func order() {
    let rising = [
      "-1e400", "-1e308", "-9007199254740993", "-9007199254740992", "-1.0000000000000000001", "-1", "-1e-400", "0",
      "1e-400", "0.1", "0.10000000000000000001", "1", "9007199254740992", "9007199254740993", "1e308", "1e400", "2e400",
    ]
    for (index, left) in rising.enumerated() {
      for (other, right) in rising.enumerated() {
        #expect(DecimalOrder.compare(left, right).signum() == (index - other).signum(), "\(left) \(right)")
      }
    }
    for (left, right) in [("0", "-0.0"), ("1.50", "15e-1"), ("-1e2", "-100"), ("1e400", "10e399")] {
      #expect(DecimalOrder.compare(left, right) == 0)
    }
  }
}
