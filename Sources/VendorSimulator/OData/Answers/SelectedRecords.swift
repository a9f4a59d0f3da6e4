internal import JSONText
internal import NIOCore

/// Joins records to the members that `$select` names, each as it was written, in the record's own order.
enum SelectedRecords {
  /// - Throws: ``Refusal``, status 400: a name that no record of the set has.
  static func append(
    _ rows: Range<Int>,
    of result: ResultRows,
    selecting names: [String],
    from version: SetVersion,
    to body: inout ByteBuffer
  ) throws(Refusal) {
    let properties = try names.map { name throws(Refusal) in try PropertyPath(name, in: version) }
    guard properties.allSatisfy({ $0.names.count == 1 }) else {
      throw .notImplemented("$select: paths into a property are not supported")
    }
    let wanted = properties.filter { !$0.isStamp }.flatMap(\.names)
    let wantsStamp = properties.contains(where: \.isStamp)
    var reader = RecordReader(version)
    var record = OutputBytes()
    for index in rows {
      let place = result[index]
      record.removeAll()
      record.append(index > rows.lowerBound ? ",{" : "{")
      var hasMember = reader.appendMembers(wanted, at: place, to: &record)
      if wantsStamp {
        if hasMember { record.append(0x2C) }
        record.append(Array(version.stampMember.dropFirst()))
        record.append(version.stamps[place].text)
        record.append(UInt8(ascii: "\""))
        hasMember = true
      }
      record.append("}")
      body.writeBytes(record.array)
    }
  }
}

extension RecordReader {
  /// Appends `"name":value` for each member whose name is wanted; false when there was none.
  fileprivate mutating func appendMembers(_ wanted: [JSONName], at place: Int, to out: inout OutputBytes) -> Bool {
    parse(place)
    var hasMember = false
    var at = parser.firstChild(parser.root)
    while let name = at, let value = parser.next(after: name, in: parser.root) {
      if parser.isOneOf(wanted, name) {
        if hasMember { out.append(0x2C) }
        out.appendRaw(name, of: parser)
        out.append(UInt8(ascii: ":"))
        out.appendRaw(value, of: parser)
        hasMember = true
      }
      at = parser.next(after: value, in: parser.root)
    }
    return hasMember
  }
}

extension JSONParser {
  fileprivate func isOneOf(_ names: [JSONName], _ node: JSONNode) -> Bool {
    for name in names where hasText(node, name) { return true }
    return false
  }
}
