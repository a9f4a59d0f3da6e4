internal import JSONText

/// Looks into the records of one version, parsing each when it is first asked about and no sooner.
struct RecordReader: ~Copyable {
  let version: SetVersion
  private(set) var parser = JSONParser()
  private var parsedPlace = -1

  init(_ version: SetVersion) { self.version = version }

  /// The value of a property in the record at `place`; valid until another place is asked about.
  mutating func value(_ property: PropertyPath, at place: Int) -> JSONNode? {
    parse(place)
    var node: JSONNode? = parser.root
    for name in property.names {
      guard let object = node else { return nil }
      node = parser.member(object, name)
    }
    return node
  }

  mutating func parse(_ place: Int) {
    guard place != parsedPlace else { return }
    let bytes = version.table.bytes
    do {
      try parser.parse(bytes.span.extracting(version.table.range(place)))
    } catch {
      preconditionFailure("every record was parsed when it was loaded")
    }
    parsedPlace = place
  }
}
