/// What became of the records of one segment, or of a whole run.
struct AuditRow: Equatable {
  /// The segment's place in the run; nil for the sum.
  var sequence: Int?
  var fetched = 0
  var inserted = 0
  var updated = 0
  var unchanged = 0
  var superseded = 0
  var deleted = 0
  var orphaned = 0
  var rejected = 0
  /// What does not balance; nil when everything does.
  var problem: String?
  /// Something to know that is no fault.
  var note: String?

  /// Names and counts, in the order of the equation.
  static let parts: [(name: String, count: any WritableKeyPath<AuditRow, Int> & Sendable)] = [
    ("fetched", \.fetched), ("inserted", \.inserted), ("updated", \.updated), ("unchanged", \.unchanged),
    ("superseded", \.superseded), ("deleted", \.deleted), ("orphaned", \.orphaned), ("rejected", \.rejected),
  ]

  /// Fetched records that are on the other side of the equation.
  var accounted: Int { Self.parts.dropFirst().reduce(0) { $0 + self[keyPath: $1.count] } }

  mutating func add(_ other: AuditRow) {
    for part in Self.parts { self[keyPath: part.count] += other[keyPath: part.count] }
  }
}

enum AuditText {
  /// A table with every segment, and after those of a run its sum.
  static func lines(_ audits: [RunAudit]) -> [String] {
    var table = TextTable(["FEED", "RUN", "SEGMENT"] + AuditRow.parts.map { $0.name.uppercased() } + ["VERDICT"])
    for audit in audits {
      for row in audit.segments + [audit.sum] {
        let name = row.sequence.map { String($0) } ?? "all"
        let counts = AuditRow.parts.map { String(row[keyPath: $0.count]) }
        let verdict = row.problem ?? row.note ?? "balances"
        table.rows.append([audit.feed, audit.run, name] + counts + [verdict])
      }
    }
    return table.lines
  }
}

extension RunAudit {
  /// An object for each segment, then one for the run.
  var json: [String] {
    (segments + [sum]).map { row in
      var line = JSONLine()
      line.add("feed", feed)
      line.add("run", run)
      line.add("segment", row.sequence)
      for part in AuditRow.parts { line.add(part.name, row[keyPath: part.count]) }
      line.add("balances", row.problem == nil)
      line.add("problem", row.problem)
      line.add("note", row.note)
      return line.text
    }
  }
}
