internal import CLZ4

/// The LZ4 library refused, or a frame is not whole.
public struct LZ4Error: Error, Equatable, Sendable, CustomStringConvertible {
  public var description: String

  init(_ description: String) { self.description = description }

  /// The library's own words for a result that is an error; nil for one that is not.
  init?(code: Int) {
    guard LZ4F_isError(code) != 0 else { return nil }
    description = unsafe LZ4F_getErrorName(code).map { unsafe String(cString: $0) } ?? "LZ4 error \(code)"
  }

  /// The frame ended before its end mark.
  public static let cutOff = LZ4Error("the LZ4 frame ends in the middle")
}
