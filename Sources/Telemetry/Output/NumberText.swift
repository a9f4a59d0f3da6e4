extension BinaryInteger {
  /// The number with zeros before it, so that names of one length sort as their numbers do.
  public func padded(_ width: Int, radix: Int = 10) -> String {
    let digits = String(self, radix: radix)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
