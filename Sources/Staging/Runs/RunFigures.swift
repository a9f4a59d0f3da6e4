internal import JSONText

/// What was counted in a segment, or in all of a run.
struct RunFigures: Equatable {
  struct Column: Equatable {
    /// Rows with null, of columns that a check asks for.
    var nulls = 0
    /// Values that did not fit, by what became of them.
    var nulled = 0
    var clipped = 0

    var isNothing: Bool { self == Column() }
  }

  /// Rows that are no deletions, before the newest of each key was chosen.
  var rows = 0
  /// Of the columns with something to say, by name.
  var columns: [String: Column] = [:]
  /// The newest moment of the feed's cursor, seconds since 1970.
  private(set) var newest: Int?

  init() {}

  mutating func add(_ other: RunFigures) {
    rows += other.rows
    for (name, column) in other.columns {
      columns[name, default: Column()].nulls += column.nulls
      columns[name, default: Column()].nulled += column.nulled
      columns[name, default: Column()].clipped += column.clipped
    }
  }

  /// Versions that are no moments are not looked at.
  mutating func seen(newest texts: [String]) {
    for text in texts {
      guard let seconds = Timestamp(text)?.seconds else { continue }
      newest = max(newest ?? seconds, seconds)
    }
  }
}

extension RunFigures {
  init(_ value: JSONValue?) {
    rows = value?["rows"]?.integer ?? 0
    newest = value?["newest"]?.integer
    guard case .object(let members)? = value?["columns"] else { return }
    for member in members {
      columns[member.name] = Column(
        nulls: member.value["nulls"]?.integer ?? 0,
        nulled: member.value["nulled"]?.integer ?? 0,
        clipped: member.value["clipped"]?.integer ?? 0
      )
    }
  }

  var json: JSONValue {
    let sorted = columns.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    return .object([
      JSONMember(name: "rows", value: .number("\(rows)")),
      JSONMember(name: "newest", value: newest.map { .number("\($0)") } ?? .null),
      JSONMember(
        name: "columns",
        value: .object(
          sorted.map { name, column in
            let counts = [("nulls", column.nulls), ("nulled", column.nulled), ("clipped", column.clipped)]
            let members = counts.map { JSONMember(name: $0.0, value: .number("\($0.1)")) }
            return JSONMember(name: name, value: .object(members))
          }
        )
      ),
    ])
  }
}
