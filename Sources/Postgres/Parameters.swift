internal import Glibc

/// Statement parameters as libpq takes them: an array of C strings, NULL for SQL NULL.
@unsafe
enum Parameters {
  /// - Precondition: No text holds a NUL.
  static func withCStrings<Value>(
    _ texts: [String?],
    _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Value
  ) -> Value {
    let copies = unsafe texts.map { text in unsafe text.flatMap { unsafe strdup($0) } }
    defer { unsafe copies.withUnsafeBufferPointer { unsafe release($0) } }
    let pointers = unsafe copies.map { text in unsafe text.map { unsafe UnsafePointer($0) } }
    return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
  }

  private static func release(_ texts: UnsafeBufferPointer<UnsafeMutablePointer<CChar>?>) {
    for index in texts.indices { unsafe free(texts[index]) }
  }
}
