/// How versions of a record compare: what a feed's cursor field holds.
public enum VersionType: String, CaseIterable, Sendable {
  /// A moment in ISO 8601 / RFC 3339 form, whatever its offset and precision.
  case timestamp
  /// A whole number of 64 bits.
  case integer
  /// Text, compared byte by byte.
  case text
}

/// Gives versions a form whose byte order is their order, so that everything after can compare bytes.
public enum VersionOrder {
  /// The sortable form of a version; nil when the text is not of this type.
  ///
  /// A timestamp becomes `2024-01-06T04:39:08.123456789Z` in UTC with nine digits of fraction, an
  /// integer `p` or `n` and nineteen digits; text stays as it is.
  public static func normalise(_ version: String, type: VersionType) -> String? {
    switch type {
    case .timestamp: Timestamp(version)?.sortable
    case .integer: integer(version)
    case .text: version
    }
  }

  /// Appends the sortable form of a version.
  ///
  /// - Returns: False, and nothing is appended, when the text is not of this type.
  public static func append(_ version: Span<UInt8>, type: VersionType, to out: inout OutputBytes) -> Bool {
    switch type {
    case .text:
      out.append(version)
    case .timestamp where PlainMoment.isPlain(version):
      PlainMoment.appendSortable(version, to: &out)
    case .timestamp, .integer:
      guard
        let form = normalise(
          unsafe version.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) },
          type: type
        )
      else { return false }
      out.append(form)
    }
    return true
  }

  /// Nineteen digits hold every `Int64`; those of a negative number are taken from 10^19 so that they sort upwards.
  private static func integer(_ text: String) -> String? {
    guard let number = Int64(text) else { return nil }
    let magnitude = number < 0 ? 10_000_000_000_000_000_000 - number.magnitude : number.magnitude
    let digits = String(magnitude)
    return (number < 0 ? "n" : "p") + String(repeating: "0", count: max(0, 19 - digits.count)) + digits
  }
}
