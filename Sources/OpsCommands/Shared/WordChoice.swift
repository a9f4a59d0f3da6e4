internal import ArgumentParser

/// Options that take one of the words of an enum.
enum WordChoice {
  /// - Throws: `ValidationError`, which names the words there are.
  static func read<Choice: CaseIterable & RawRepresentable<String>>(
    _ text: String,
    of type: Choice.Type
  ) throws -> Choice {
    if let choice = Choice(rawValue: text) { return choice }
    throw ValidationError("\(text) is not one of: \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
  }
}
