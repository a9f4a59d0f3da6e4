internal import JSONText

extension Vendor {
  /// Changes, adds and deletes records of one set, all at one moment.
  ///
  /// - Throws: ``VendorError``: there is no such set, or a record that is to be added is none. Nothing has changed
  ///   then.
  func edit(_ edit: DataEdit) throws(VendorError) {
    guard let old = version(of: edit.set) else {
      throw .badRules(path: "edit.set", why: "names \"\(edit.set)\"; there are \(setNames.joined(separator: ", "))")
    }
    var editor = SetEditor(old, now: nextStamp())
    if let selection = edit.delete { editor.delete(selection) }
    if let change = edit.change { editor.change(change) }
    if let addition = edit.add { try editor.add(addition) }
    replace(try editor.version(stampAll: edit.stampAll))
  }
}

/// A set on its way from one version to the next.
private struct SetEditor {
  let old: SetVersion
  let now: Stamp
  private var isGone: Set<Int> = []
  private var texts: [Int: String] = [:]
  private var stamps: [Int: Stamp] = [:]
  private var added: [String] = []
  /// Of all that is added.
  private var addedStamp: Stamp

  init(_ old: SetVersion, now: Stamp) { (self.old, self.now, addedStamp) = (old, now, now) }

  mutating func delete(_ selection: DataEdit.Selection) { isGone.formUnion(places(selection)) }

  mutating func change(_ change: DataEdit.Change) {
    for place in places(change.selection) {
      texts[place] = record(place, with: change.with)
      switch change.stamp {
      case .now: stamps[place] = now
      case .keep: break
      case .at(let stamp): stamps[place] = stamp
      }
    }
  }

  mutating func add(_ addition: DataEdit.Addition) throws(VendorError) {
    if case .at(let stamp) = addition.stamp { addedStamp = stamp }
    for record in addition.records { added.append(record.encoded) }
    guard addition.copies > 0 else { return }
    guard old.table.count > 0, let name = old.set.key.first else {
      throw .badRules(path: "edit.add.count", why: "asks for copies, and \(old.set.name) has no record")
    }
    let last = KeyText.text(of: old.table.count - 1, in: old)
    for index in 1...addition.copies {
      let key: JSONValue = Int(last).map { .number(String($0 + index)) } ?? .string("\(last)-\(index)")
      added.append(record(0, with: [JSONMember(name: name, value: key)]))
    }
  }

  private func places(_ selection: DataEdit.Selection) -> [Int] {
    switch selection {
    case .keys(let keys):
      keys.compactMap { KeyText.sortBytes(of: $0, in: old).flatMap { old.table.place(ofKey: $0) } }
    case .places(let count, let at):
      Array((0..<old.table.count).dropFirst(at < 0 ? max(0, old.table.count + at) : at).prefix(count))
    }
  }

  /// A record's text with some members replaced; those that it does not have come last.
  private func record(_ place: Int, with members: [JSONMember]) -> String {
    var reader = RecordReader(old)
    reader.parse(place)
    guard case .object(var own) = JSONValue(reader.parser, reader.parser.root) else { return "{}" }
    for member in members {
      if let index = own.firstIndex(where: { $0.name == member.name }) {
        own[index] = member
      } else {
        own.append(member)
      }
    }
    return JSONValue.object(own).encoded
  }

  /// Everything read anew, each record with the stamp that it had or was given.
  func version(stampAll: Stamp?) throws(VendorError) -> SetVersion {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(old.table.bytes.count)
    var given: [ArraySlice<UInt8>: Stamp] = [:]
    for place in 0..<old.table.count where !isGone.contains(place) {
      if let text = texts[place] { bytes += text.utf8 } else { bytes += old.table.bytes[old.table.range(place)] }
      bytes.append(UInt8(ascii: "\n"))
      if let stamp = stamps[place] { given[old.table.key(place)] = stamp }
    }
    for record in added { bytes += Array("\(record)\n".utf8) }
    let table = try RecordLoader.table(from: bytes, of: old.set, source: "edit")
    var result: [Stamp] = []
    result.reserveCapacity(table.count)
    var oldPlace = 0
    for place in 0..<table.count {
      while oldPlace < old.table.count, old.table.compareKey(oldPlace, with: table, place) < 0 { oldPlace += 1 }
      let isOld = oldPlace < old.table.count && old.table.compareKey(oldPlace, with: table, place) == 0
      let stamp = given[table.key(place)] ?? (isOld && !isGone.contains(oldPlace) ? old.stamps[oldPlace] : addedStamp)
      result.append(stampAll ?? stamp)
    }
    return SetVersion(set: old.set, table: table, stamps: result, generation: old.generation + 1)
  }
}
