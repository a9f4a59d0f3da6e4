internal import Glibc
internal import Telemetry

/// One run of a fetch, by the time at which it began: `20261120T234408Z-7k2q`, UTC.
///
/// The last four characters are the microsecond within the second, in base 36. So names sort in the order of the runs'
/// beginnings even when a second saw several, which the merge relies on: at equal versions the later run wins.
public struct RunID: Hashable, Sendable, CustomStringConvertible {
  public let description: String

  /// Nil when the text is not a run's name.
  public init?(_ text: String) {
    guard Self.isValid(Array(text.utf8)) else { return nil }
    description = text
  }

  private init(trusted text: String) { description = text }

  /// The name of a run that begins now.
  public static func make() -> RunID {
    var now = timespec()
    _ = unsafe clock_gettime(CLOCK_REALTIME, &now)
    return RunID(seconds: now.tv_sec, microseconds: now.tv_nsec / 1000)
  }

  /// The name of a run that began at a time since 1970.
  init(seconds: Int, microseconds: Int) {
    let (date, time) = WallClock.fields(seconds: seconds)
    self.init(trusted: "\(date.joined())T\(time.joined())Z-\(microseconds.padded(4, radix: 36))")
  }

  /// Length of every run's name, in bytes.
  static let byteCount = 21

  private static func isValid(_ bytes: [UInt8]) -> Bool {
    guard bytes.count == byteCount else { return false }
    return bytes.indices.allSatisfy { index in
      switch index {
      case 8: bytes[index] == UInt8(ascii: "T")
      case 15: bytes[index] == UInt8(ascii: "Z")
      case 16: bytes[index] == UInt8(ascii: "-")
      case 17...: bytes[index].isDigit || bytes[index].isLowercaseLetter
      default: bytes[index].isDigit
      }
    }
  }
}

extension RunID: Comparable {
  public static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

extension RunID: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let run = RunID(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is not the name of a run")
    }
    self = run
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
