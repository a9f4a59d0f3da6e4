internal import JSONText
internal import PipelineConfig

/// Whether a record says that the vendor has it no more.
struct DeletionTest {
  private let mark: DeleteMark
  private let name: JSONName

  init(_ mark: DeleteMark) {
    self.mark = mark
    name = JSONName(mark.field)
  }

  func isMet(by record: JSONNode, of parser: borrowing JSONParser) -> Bool {
    guard let value = parser.member(record, name), !parser.isNull(value) else { return false }
    switch mark {
    case .present: return true
    case .flag: return Self.isTrue(value, of: parser)
    case .value(_, let choices):
      guard parser.kind(value).isString || parser.kind(value) == .number else { return false }
      let text = parser.string(value)
      return choices.contains { $0.utf8.elementsEqual(text.utf8) }
    }
  }

  private static func isTrue(_ value: JSONNode, of parser: borrowing JSONParser) -> Bool {
    switch parser.kind(value) {
    case .true: return true
    case .number: return parser.rawString(value) == "1"
    case .string, .escapedString: return ["1", "true", "y", "yes"].contains(parser.string(value).lowercased())
    case .null, .false, .array, .object: return false
    }
  }
}
