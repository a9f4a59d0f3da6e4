/// Which members the objects of a feed have, and of what kinds their values are.
public struct FieldSurvey: Sendable {
  public struct Field: Equatable, Sendable {
    /// Kinds of values seen, a bit for each ``JSONKind``.
    public fileprivate(set) var kinds: UInt16 = 0
    /// The first value of each kind as it was written, cut; by the kind's bit.
    fileprivate var samples: [UInt16: String] = [:]

    /// The first value of one of these kinds, in the order of their bits; empty when there is none.
    public func sample(of kinds: UInt16) -> String {
      samples.filter { $0.key & kinds != 0 }.min { $0.key < $1.key }?.value ?? ""
    }
  }

  public private(set) var fields: [String: Field] = [:]

  /// More names are no fields of a record; they are keys of a map, and nobody wants a report of each.
  public static let fieldsMax = 2000
  static let nameCountMax = 200
  static let sampleCountMax = 60

  public init() {}

  /// Adds a value of one kind.
  mutating func add(_ name: String, kind: UInt16, sample: @autoclosure () -> String) {
    if let known = fields[name], known.kinds & kind != 0 { return }
    guard name.utf8.count <= Self.nameCountMax, fields[name] != nil || fields.count < Self.fieldsMax else { return }
    fields[name, default: Field()].kinds |= kind
    fields[name]?.samples[kind] = sample()
  }
}
