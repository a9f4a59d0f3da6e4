internal import HTTPTypes
internal import Hummingbird
internal import JSONText
internal import NIOCore

/// What a real vendor does not have: looking behind the counter, moving time on, and changing how it behaves.
struct ControlRoutes: Sendable {
  let vendor: Vendor
  let replies: Replies
  let rules: RulesInForce
  let log: RequestLog
  let prepared: PreparedAnswers

  /// Largest rules document.
  static let documentBytesMax = 16 << 20

  func add(to group: RouterGroup<VendorContext>) {
    group.get("state") { request, _ in replies.json(to: request, await vendor.state().json) }
    group.post("advance") { request, _ in replies.json(to: request, try await vendor.advance().json) }
    group.get("rules") { request, _ in replies.json(to: request, rules.current.rules.json) }
    group.put("rules") { request, _ in try await replaceRules(request) }
    group.delete("rules") { request, _ in
      let nothing = VendorRules.names.map { JSONMember(name: $0, value: .null) }
      try rules.replace(.object(nothing))
      prepared.forget()
      return replies.json(to: request, rules.current.rules.json)
    }
    group.post("edit") { request, _ in
      try await vendor.edit(try DataEdit.read(try await document(request), at: ""))
      prepared.forget()
      return replies.json(to: request, await vendor.state().json)
    }
    group.get("log") { request, _ in try entries(request) }
    group.get("log/summary") { request, _ in replies.json(to: request, log.summary.json) }
    group.delete("log") { request, _ in
      log.clear()
      return replies.json(to: request, log.summary.json)
    }
    group.post("revoke") { request, _ in
      let count = JSONMember(name: "revoked", value: .number(String(rules.current.tokens.revokeAll())))
      return replies.json(to: request, .object([count]))
    }
  }

  /// A line for each request that has ended.
  private func entries(_ request: Request) throws(Refusal) -> Response {
    let after = try QueryString(request.uri.query ?? "")["after"] ?? "0"
    guard let number = Int(after) else { throw .badRequest("after is a request's number, not '\(after)'") }
    var body = ByteBuffer()
    for entry in log.entries(after: number) { body.writeString("\(entry.json.encoded)\n") }
    return replies.response(to: request, .ok, headers: [.contentType: "application/x-ndjson"], body: body)
  }

  private func replaceRules(_ request: Request) async throws -> Response {
    try rules.replace(try await document(request))
    prepared.forget()
    return replies.json(to: request, rules.current.rules.json)
  }

  private func document(_ request: Request) async throws -> JSONValue {
    let body = try await request.body.collect(upTo: Self.documentBytesMax)
    do throws(JSONError) {
      return try JSONValue(parsing: Array(buffer: body))
    } catch {
      throw Refusal.badRequest("rules: not JSON: \(error.message)")
    }
  }
}
