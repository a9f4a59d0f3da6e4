internal import JSONText

/// Something that goes wrong: which requests it meets, how often, and what it does.
///
/// This is where faults are configured. A rules document has them in `faults`, an array:
///
///     {"name": "busy", "when": {"path": "/rest/cars", "query": {"page": "3"}}, "times": 2,
///      "do": {"kind": "status", "status": 503, "retry_after": "seconds", "wait": 1}}
///
/// For each request the rules are asked in their order. The first that fires spoils the answer; those after it do not
/// see the request. A rule counts the requests that its `when` meets, from 1; with `"per": "url"` it counts each URL by
/// itself, so that `"times": 2` means: every URL fails twice and then succeeds. `on`, `every`, `after`, `times` and
/// `chance` say which of the counted requests it meets; `chance` draws from `seed` and the count, so the same requests
/// meet the same faults again, and with `"per": "url"` in whatever order they come.
///
/// Kinds of `do` are the cases of ``FaultAction``; `weir-vendor rules --help` describes each.
struct FaultRule: Equatable, Sendable {
  var name: String
  var when = FaultCondition()
  /// Of the requests that ``when`` meets, those with these numbers; empty for all.
  var on: [Int] = []
  /// Each n-th of them.
  var every = 1
  /// Not the first so many.
  var after = 0
  /// Most times it fires; nil for no end.
  var times: Int?
  /// How likely it fires, 0 to 1.
  var chance = 1.0
  var seed: UInt64 = 1
  /// Counts each URL by itself.
  var countsByURL = false
  /// Waited before anything else happens.
  var delay: Duration?
  var action: FaultAction

  static func read(_ value: JSONValue, at path: String, index: Int) throws(VendorError) -> FaultRule {
    var object = try RulesObject(value, at: path)
    let name = try object.text("name")
    guard var what = try object.object("do") else { throw object.problem("do", "is missing") }
    let (action, kind) = try FaultAction.read(&what)
    var rule = FaultRule(name: name ?? "\(index)-\(kind)", action: action)
    if let when = try object.object("when") { rule.when = try FaultCondition.read(when) }
    if let given = try object.integers("on", in: 1...1_000_000_000) { rule.on = given }
    if let given = try object.integer("every", in: 1...1_000_000_000) { rule.every = given }
    if let given = try object.integer("after", in: 0...1_000_000_000) { rule.after = given }
    rule.times = try object.integer("times", in: 0...1_000_000_000)
    if let given = try object.number("chance", in: 0...1) { rule.chance = given }
    if let given = try object.integer("seed", in: 0...Int.max) { rule.seed = UInt64(given) }
    if let given = try object.text("per") {
      guard given == "url" || given == "rule" else { throw object.problem("per", "is neither url nor rule") }
      rule.countsByURL = given == "url"
    }
    rule.delay = try object.seconds("delay", most: 3600)
    try object.finish()
    return rule
  }

  /// Whether the rule fires for the `count`-th request that it meets.
  func fires(count: Int, fired: Int, uri: String) -> Bool {
    guard on.isEmpty || on.contains(count), count > after, (count - after) % every == 0 else { return false }
    guard times.map({ fired < $0 }) ?? true else { return false }
    guard chance < 1 else { return true }
    let what = countsByURL ? Int(truncatingIfNeeded: SeededGenerator.hash(uri.utf8)) : 0
    var random = SeededGenerator(seed: seed, "fault", count, what)
    return random.int(0...999_999) < Int(chance * 1_000_000)
  }
}
