internal import HTTPTypes
internal import Hummingbird
internal import JSONText
internal import NIOCore

/// What a real vendor does not have: looking behind the counter, moving time on, and changing how it behaves.
struct ControlRoutes: Sendable {
  let vendor: Vendor
  let replies: Replies
  let rules: RulesInForce
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
    group.post("revoke") { request, _ in
      let count = JSONMember(name: "revoked", value: .number(String(rules.current.tokens.revokeAll())))
      return replies.json(to: request, .object([count]))
    }
  }

  private func replaceRules(_ request: Request) async throws -> Response {
    let body = try await request.body.collect(upTo: Self.documentBytesMax)
    let document: JSONValue
    do throws(JSONError) {
      document = try JSONValue(parsing: Array(buffer: body))
    } catch {
      throw Refusal.badRequest("rules: not JSON: \(error.message)")
    }
    do throws(VendorError) {
      try rules.replace(document)
    } catch {
      throw Refusal.badRequest(error.message)
    }
    prepared.forget()
    return replies.json(to: request, rules.current.rules.json)
  }
}
