internal import JSONText
internal import NIOCore

/// What is around the records of an answer: members at the places that a dialect chooses.
struct Envelope {
  private indirect enum Node {
    case object([(name: String, node: Node)])
    case raw(String)
    case records
  }

  private var root = Node.object([])

  /// Says where the array is. When it is the whole document, nothing else fits.
  mutating func setRecords(_ place: JSONPointer) { insert(.records, at: place.tokens[...], into: &root) }

  /// Puts JSON text at a place. What lies there already, or has no room, stays away.
  mutating func set(_ place: JSONPointer, _ raw: String) {
    guard !place.tokens.isEmpty else { return }
    insert(.raw(raw), at: place.tokens[...], into: &root)
  }

  private func insert(_ new: Node, at path: ArraySlice<String>, into node: inout Node) {
    guard let name = path.first else {
      node = new
      return
    }
    guard case .object(var members) = node else { return }
    if let index = members.firstIndex(where: { $0.name == name }) {
      guard path.count > 1 else { return }
      insert(new, at: path.dropFirst(), into: &members[index].node)
    } else {
      var child = Node.object([])
      insert(new, at: path.dropFirst(), into: &child)
      members.append((name, child))
    }
    node = .object(members)
  }

  /// Writes the document; `records` writes what is between the array's brackets.
  func write(to body: inout ByteBuffer, records: (inout ByteBuffer) -> Void) { write(root, to: &body, records) }

  private func write(_ node: Node, to body: inout ByteBuffer, _ records: (inout ByteBuffer) -> Void) {
    switch node {
    case .raw(let text): body.writeString(text)
    case .records:
      body.writeString("[")
      records(&body)
      body.writeString("]")
    case .object(let members):
      body.writeString("{")
      for (index, member) in members.enumerated() {
        body.writeString("\(index == 0 ? "" : ",")\(JSONText.quoted(member.name)):")
        write(member.node, to: &body, records)
      }
      body.writeString("}")
    }
  }
}
