internal import JSONText
internal import Synchronization

/// Rules with what they have counted and given out so far.
struct LiveRules: Sendable {
  var rules: VendorRules
  var tokens: TokenIssuer

  static let none = LiveRules(rules: VendorRules(), tokens: TokenIssuer())
}

/// The rules that hold at the moment.
final class RulesInForce: Sendable {
  private let live: Mutex<LiveRules>

  init(_ rules: VendorRules) { live = Mutex(LiveRules(rules: rules, tokens: TokenIssuer())) }

  var current: LiveRules { live.withLock { $0 } }

  /// Puts the sections of a document in place of those that hold. What a replaced section had counted is forgotten.
  ///
  /// - Throws: ``VendorError``; nothing has changed then.
  func replace(_ document: JSONValue) throws(VendorError) {
    try live.withLock { (live) throws(VendorError) in
      live.rules = try live.rules.replacing(document)
      if document["auth"] != nil { live.tokens = TokenIssuer() }
    }
  }
}
