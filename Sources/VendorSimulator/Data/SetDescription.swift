/// What a set of records is called and how its records are told apart.
public struct SetDescription: Equatable, Sendable {
  /// The name in URLs: `Property`.
  public var name: String
  /// Fields of the key, in order.
  public var key: [String]
  /// The field that carries the vendor's stamp; added to each record, as its last member.
  public var stamp: String

  public init(name: String, key: [String], stamp: String) {
    self.name = name
    self.key = key
    self.stamp = stamp
  }

  /// OData's SimpleIdentifier, in ASCII: what can stand in a path, a `$filter` and an XML attribute as it is.
  static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 128, !(0x30...0x39).contains(first) else { return false }
    return text.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "_")
    }
  }
}
