internal import CLZ4

/// Bytes are not the LZ4 frame they should be, or there is no memory to work on one.
public struct LZ4Error: Error, Equatable, Sendable, CustomStringConvertible {
  /// What liblz4 says of it, in words.
  public var description: String

  init(_ description: String) { self.description = description }

  /// - Parameter code: What a function of liblz4 returned, and `LZ4F_isError` took for an error.
  init(code: Int) {
    let name = unsafe LZ4F_getErrorName(code).map { unsafe String(cString: $0) } ?? "unknown error \(code)"
    // ERROR_blockChecksum_invalid → blockChecksum invalid
    description = name.replacing("ERROR_", with: "").replacing("_", with: " ")
  }
}
