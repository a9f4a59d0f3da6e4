internal import Crypto
internal import FoundationEssentials
public import Telemetry

/// Proves to a receiver that a delivery is Weir's, and when it was sent.
///
/// `Weir-Signature: t=1763755200,v1=5f0c…`: the hexadecimal HMAC-SHA256 (RFC 2104), under the receiver's secret, of the
/// number after `t=`, a full stop and the body. A receiver works it out itself, compares in constant time, and refuses what
/// is older than a few minutes, so that a delivery that somebody overheard cannot be sent again later.
public enum WebhookSignature {
  public static let header = "Weir-Signature"

  /// The header's value for a body that is sent at a time, in seconds since 1970, under the receiver's secret.
  public static func value(_ body: String, secret: Secret, at time: Int) -> String {
    let key = SymmetricKey(data: Data(secret.reveal.utf8))
    let code = HMAC<SHA256>.authenticationCode(for: Data("\(time).\(body)".utf8), using: key)
    let digits = code.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }
    return "t=\(time),v1=\(digits.joined())"
  }
}
