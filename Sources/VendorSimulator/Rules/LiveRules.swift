internal import JSONText
internal import Synchronization

/// Rules with what they have counted and given out so far.
struct LiveRules: Sendable {
  var rules: VendorRules
  var tokens = TokenIssuer()
  var limiter: Limiter?
  var faults: FaultSchedule
  var archive: ReplayArchive?

  /// Before there is a request's own.
  static let none = LiveRules()

  private init() {
    rules = VendorRules()
    faults = FaultSchedule([])
  }

  /// - Throws: ``VendorError``: what is to be replayed cannot be read.
  init(_ rules: VendorRules) throws(VendorError) {
    self.rules = rules
    limiter = rules.limits.map { Limiter($0) }
    faults = FaultSchedule(rules.faults)
    archive = try rules.replay.map { settings throws(VendorError) in try ReplayArchive(settings) }
  }
}

/// The rules that hold at the moment.
final class RulesInForce: Sendable {
  private let live: Mutex<LiveRules>

  /// - Throws: ``VendorError``: what is to be replayed cannot be read.
  init(_ rules: VendorRules) throws(VendorError) { live = Mutex(try LiveRules(rules)) }

  var current: LiveRules { live.withLock { $0 } }

  /// Puts the sections of a document in place of those that hold. What a replaced section had counted is forgotten.
  ///
  /// - Throws: ``VendorError``; nothing has changed then.
  func replace(_ document: JSONValue) throws(VendorError) {
    try live.withLock { (live) throws(VendorError) in
      let fresh = try LiveRules(try live.rules.replacing(document))
      live.rules = fresh.rules
      live.archive = fresh.archive
      if document["auth"] != nil { live.tokens = fresh.tokens }
      if document["limits"] != nil { live.limiter = fresh.limiter }
      if document["faults"] != nil { live.faults = fresh.faults }
    }
  }
}
