internal import JSONText

extension FaultAction {
  /// Reads what a rule does; the kind's name besides.
  static func read(_ object: inout RulesObject) throws(VendorError) -> (FaultAction, kind: String) {
    guard let kind = try object.choice("kind", of: Kind.self) else { throw object.problem("kind", "is missing") }
    let action = try read(kind, &object)
    try object.finish()
    return (action, kind.rawValue)
  }

  private static func read(_ kind: Kind, _ object: inout RulesObject) throws(VendorError) -> FaultAction {
    switch kind {
    case .status: return .status(try StatusFault.read(&object))
    case .answer: return .answer(try MadeAnswer.read(&object))
    case .slow: return .slow
    case .down: return .down(try object.seconds("for", most: 3600) ?? .seconds(1))
    case .reset: return .broken(try BrokenAnswer.read(&object, ending: .reset))
    case .silence:
      let duration = try object.seconds("for", most: 3600) ?? .seconds(600)
      return .broken(try BrokenAnswer.read(&object, ending: .silence(duration)))
    case .trickle:
      let bytes = try object.integer("bytes", in: 1...1_000_000) ?? 1
      let pause = try object.seconds("every", most: 60) ?? .milliseconds(100)
      return .broken(BrokenAnswer(ending: .trickle(bytes: bytes, every: pause)))
    case .cut: return .broken(try BrokenAnswer.read(&object, ending: .close))
    case .badChecksum: return .badChecksum
    case .bomb: return .bomb(mebibytes: try object.integer("mebibytes", in: 1...16_384) ?? 1024)
    case .body:
      guard let with = try object.choice("with", of: WrongBody.self) else { throw object.problem("with", "is missing") }
      return .body(with)
    case .page: return .page(try PageTwist.read(&object))
    case .redirect:
      let status = try object.integer("status", in: 300...308) ?? 302
      return .redirect(status: status, to: try object.object("to").map(ForeignOrigin.read))
    case .revoke: return .revoke
    case .edit:
      guard let edit = object.value("edit") else { throw object.problem("edit", "is missing") }
      return .edit(try DataEdit.read(edit, at: object.place("edit")))
    }
  }
}

extension StatusFault {
  static func read(_ object: inout RulesObject) throws(VendorError) -> StatusFault {
    guard let status = try object.integer("status", in: 400...599) else { throw object.problem("status", "is missing") }
    var fault = StatusFault(status: status)
    if let given = try object.choice("body", of: ErrorBody.Shape.self) { fault.shape = given }
    fault.message = try object.text("message")
    if let given = try object.choice("retry_after", of: LimitSettings.RetryAfter.self) { fault.retryAfter = given }
    if let given = try object.seconds("wait") { fault.wait = given }
    fault.headers = try object.headers()
    return fault
  }
}

extension MadeAnswer {
  static func read(_ object: inout RulesObject) throws(VendorError) -> MadeAnswer {
    guard let text = try object.text("text") else { throw object.problem("text", "is missing") }
    var answer = MadeAnswer(text: text)
    if let given = try object.integer("status", in: 200...599) { answer.status = given }
    if let given = try object.text("type") { answer.type = given }
    answer.headers = try object.headers()
    return answer
  }
}

extension RulesObject {
  fileprivate mutating func headers() throws(VendorError) -> [String: String] {
    guard var given = try object("headers") else { return [:] }
    var headers: [String: String] = [:]
    for name in given.names { headers[name] = try given.text(name) }
    return headers
  }
}

extension BrokenAnswer {
  static func read(_ object: inout RulesObject, ending: Ending) throws(VendorError) -> BrokenAnswer {
    var answer = BrokenAnswer(ending: ending)
    if let given = try object.choice("place", of: Place.self) { answer.place = given }
    if let given = try object.choice("framing", of: Framing.self) { answer.framing = given }
    if let given = try object.number("at", in: 0...1) { answer.fraction = given }
    return answer
  }
}

extension PageTwist {
  private enum LinkName: String, CaseIterable {
    case missing
    case own
    case first
    case always
    case relative
    case foreign
  }

  static func read(_ object: inout RulesObject) throws(VendorError) -> PageTwist {
    var twist = PageTwist()
    twist.rowsMax = try object.integer("records", in: 0...1_000_000)
    twist.repeats = try object.bool("repeats") ?? false
    twist.countFactor = try object.number("total_factor", in: 0...1000)
    let origin = try object.object("to")
    switch try object.choice("link", of: LinkName.self) {
    case nil: break
    case .missing?: twist.link = .missing
    case .own?: twist.link = .own
    case .first?: twist.link = .first
    case .always?: twist.link = .always
    case .relative?: twist.link = .relative
    case .foreign?:
      guard let origin else { throw object.problem("to", "is missing: where does the foreign link lead?") }
      twist.link = .origin(try ForeignOrigin.read(origin))
    }
    return twist
  }
}

extension ForeignOrigin {
  static func read(_ object: RulesObject) throws(VendorError) -> ForeignOrigin {
    var object = object
    var origin = ForeignOrigin()
    if let given = try object.text("scheme") { origin.scheme = given }
    origin.host = try object.text("host")
    origin.port = try object.integer("port", in: 1...65_535)
    origin.user = try object.text("user")
    try object.finish()
    return origin
  }
}
