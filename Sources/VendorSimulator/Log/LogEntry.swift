internal import JSONText

/// A request that has ended.
struct LogEntry: Sendable {
  let visit: Visit
  let ended: Moment
  let status: Int?
  let bodyBytes: Int

  init(_ visit: Visit, ended: Moment, status: Int?, bodyBytes: Int) {
    (self.visit, self.ended, self.status, self.bodyBytes) = (visit, ended, status, bodyBytes)
  }

  var json: JSONValue {
    let notes = visit.notes
    return .object([
      .number("number", visit.number),
      JSONMember(name: "at", value: .number(visit.started.text)),
      JSONMember(name: "until", value: .number(ended.text)),
      JSONMember(name: "method", value: .string(visit.method)),
      JSONMember(name: "uri", value: .string(visit.shape.uri)),
      JSONMember(name: "host", value: .string(visit.authority)),
      JSONMember(name: "status", value: status.map { .number(String($0)) } ?? .null),
      .number("bytes", bodyBytes),
      .number("concurrent", visit.concurrent),
      .number("keys", visit.shape.keyCount),
      JSONMember(name: "credentials", value: .array(visit.credentials.map { .string($0) })),
      JSONMember(name: "fault", value: notes.fault.map { .string($0) } ?? .null),
      JSONMember(name: "violations", value: .array(notes.violations.map { .string($0) })),
    ])
  }
}

extension JSONMember {
  static func number(_ name: String, _ value: Int) -> Self { JSONMember(name: name, value: .number(String(value))) }
}
