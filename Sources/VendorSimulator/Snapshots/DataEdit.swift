internal import JSONText

/// A change to one set between two advances: what a vendor's users do while a client walks through pages.
struct DataEdit: Equatable, Sendable {
  /// Which records.
  enum Selection: Equatable, Sendable {
    /// By the text of their key.
    case keys([String])
    /// So many in a row by key, from a place on; from the end when the place is negative.
    case places(count: Int, at: Int)
  }

  enum NewStamp: Equatable, Sendable {
    /// The vendor's clock, later than every stamp before.
    case now
    case keep
    case at(Stamp)
  }

  struct Change: Equatable, Sendable {
    var selection: Selection
    /// Members that get a value.
    var with: [JSONMember]
    var stamp = NewStamp.now
  }

  struct Addition: Equatable, Sendable {
    /// Whole records; empty: copies of the first record with keys that come after all others.
    var records: [JSONValue]
    var copies: Int
    var stamp = NewStamp.now
  }

  var set: String
  var change: Change?
  var add: Addition?
  var delete: Selection?
  /// Every record gets this stamp.
  var stampAll: Stamp?

  static func read(_ value: JSONValue, at path: String) throws(VendorError) -> DataEdit {
    var object = try RulesObject(value, at: path)
    var edit = DataEdit(set: try object.required("set"))
    if var change = try object.object("change") {
      let selection = try Self.selection(&change)
      var with: [JSONMember] = []
      if let value = change.value("with") {
        guard case .object(let members) = value else { throw change.problem("with", "is not an object") }
        with = members
      }
      edit.change = Change(selection: selection, with: with, stamp: try newStamp(&change))
      try change.finish()
    }
    if var add = try object.object("add") {
      let records = try add.elements("records") ?? []
      let copies = try add.integer("count", in: 0...1_000_000) ?? 0
      edit.add = Addition(records: records, copies: copies, stamp: try newStamp(&add))
      try add.finish()
    }
    if var delete = try object.object("delete") {
      edit.delete = try selection(&delete)
      try delete.finish()
    }
    if let text = try object.text("stamp_all") { edit.stampAll = try stamp(text, object, "stamp_all") }
    try object.finish()
    return edit
  }

  private static func selection(_ object: inout RulesObject) throws(VendorError) -> Selection {
    if let keys = try object.texts("keys") { return .keys(keys) }
    guard let count = try object.integer("count", in: 0...100_000_000) else {
      throw object.problem("keys", "is missing, and so is count")
    }
    return .places(count: count, at: try object.integer("at", in: -100_000_000...100_000_000) ?? 0)
  }

  private static func newStamp(_ object: inout RulesObject) throws(VendorError) -> NewStamp {
    switch try object.text("stamp") {
    case nil, "now"?: .now
    case "keep"?: .keep
    case let text?: .at(try stamp(text, object, "stamp"))
    }
  }

  private static func stamp(_ text: String, _ object: RulesObject, _ name: String) throws(VendorError) -> Stamp {
    guard let instant = Instant(Array(text.utf8).span) else {
      throw object.problem(name, "is not a moment such as 2024-05-01T00:00:00.000Z")
    }
    return Stamp(milliseconds: instant.seconds * 1000 + Int64(instant.attoseconds / 1_000_000_000_000_000))
  }
}
