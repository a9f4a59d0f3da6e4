internal import HTTPTypes
internal import Synchronization

/// Which fault meets a request: the rules, and what they have counted.
final class FaultSchedule: Sendable {
  private struct Count {
    var met = 0
    var fired = 0
  }

  private struct State {
    var counts: [Count]
    var byURL: [[String: Count]]
    var fires = 0
  }

  /// Most URLs that a rule counts one by one; those that come after fire no more.
  static let urlsMax = 500_000

  let rules: [FaultRule]
  private let state: Mutex<State>

  init(_ rules: [FaultRule]) {
    self.rules = rules
    state = Mutex(State(counts: rules.map { _ in Count() }, byURL: rules.map { _ in [:] }))
  }

  /// The first rule that fires, and a number that no other firing has.
  func next(for visit: Visit, headers: HTTPFields) -> (rule: FaultRule, salt: Int)? {
    guard !rules.isEmpty else { return nil }
    return state.withLock { state in
      for (index, rule) in rules.enumerated() where rule.when.meets(visit.shape, method: visit.method, headers: headers)
      {
        // A redirect that led back would meet itself for ever.
        if case .redirect = rule.action, visit.shape.fields.contains(where: { $0.name == Self.mark }) { continue }
        guard Self.fires(rule, visit.shape.uri, index, &state) else { continue }
        state.fires += 1
        return (rule, state.fires)
      }
      return nil
    }
  }

  /// The query parameter that marks an address to which a fault has redirected.
  static let mark = "redirected"

  private static func fires(_ rule: FaultRule, _ uri: String, _ index: Int, _ state: inout State) -> Bool {
    var count = state.counts[index]
    if rule.countsByURL {
      guard state.byURL[index][uri] != nil || state.byURL[index].count < urlsMax else { return false }
      count = state.byURL[index][uri] ?? Count()
    }
    count.met += 1
    let fires = rule.fires(count: count.met, fired: count.fired, uri: uri)
    if fires { count.fired += 1 }
    if rule.countsByURL { state.byURL[index][uri] = count } else { state.counts[index] = count }
    return fires
  }
}
