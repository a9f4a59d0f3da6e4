internal import ArgumentParser
internal import Spool

extension RawRepresentable where Self: CaseIterable, RawValue == String {
  /// One of the words of a family, from the command line.
  ///
  /// - Throws: `ValidationError` that lists the words there are.
  init(option text: String) throws {
    guard let value = Self(rawValue: text) else {
      let known = Self.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("\(text): no such word; there are: \(known)")
    }
    self = value
  }
}
