internal import Crypto
internal import FoundationEssentials

/// A bearer token that nobody can guess.
public struct NewToken: Sendable {
  /// What its bearer sends: `weir_` and 256 random bits in URL-safe base64.
  public let text: String
  /// What `pipeline.json` keeps, in 64 hexadecimal digits.
  public let sha256: String

  public init() {
    // Swift's generator is the system's: getrandom(2).
    let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
    let base64 = Data(bytes).base64EncodedString().map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }.filter { $0 != "=" }
    text = "weir_" + String(base64)
    sha256 = Door.digest(text).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
