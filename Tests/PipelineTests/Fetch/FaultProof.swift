import Foundation
import TestSupport
import Testing

/// Runs a scenario with all its seeds and holds the runs to what they promise.
enum FaultProof {
  /// 25 in a pull request, more at night: `WEIR_TEST_SEEDS=1000`.
  static let seeds = ProcessInfo.processInfo.environment["WEIR_TEST_SEEDS"].flatMap(Int.init) ?? 25
  /// Most memory that a fetch may hold.
  static let peakBytesMax = 128 << 20

  static func run(_ scenario: FaultScenario) async throws {
    try await Ear.listening { ear in
      let seeds = min(Self.seeds, scenario.seeds)
      let cases = (1...seeds).map { FaultCase(scenario, seed: $0, otherPort: ear.port) }
      let turn = FaultScenario.all.firstIndex { $0.name == scenario.name } ?? 0
      let signIn = scenario.signIn ?? SignIn.allCases[turn % SignIn.allCases.count]
      let (folder, arguments) = try FaultRun.files(scenario, cases, signIn)
      try await PractiseVendor.serving(arguments) { vendor in
        let run = try await FaultRun(scenario, cases, signIn, vendor: vendor, folder: folder)
        let outcomes = try await fetch(run, cases, spoilt: true)
        for (row, outcome) in zip(cases, outcomes) { check(row, outcome, scenario) }
        let log = try await vendor.log()
        try await checkTables(run, outcomes)
        try await checkLog(log, run)
        let leaks = try run.leaks()
        #expect(leaks == [], "\(scenario): the credential is in the spool")
        tell(scenario, run, outcomes, log)
      }
      #expect(ear.heard == [], "\(scenario): somebody else was asked")
    }
  }

  /// Fetches cases, a few at once and in their order; the first one under a parent that measures it.
  private static func fetch(_ run: FaultRun, _ cases: [FaultCase], spoilt: Bool) async throws -> [FetchOutcome] {
    try await withThrowingTaskGroup(of: (Int, FetchOutcome).self) { group in
      var outcomes: [Int: FetchOutcome] = [:]
      for (index, row) in cases.enumerated() {
        if index >= run.scenario.crowd, let (done, outcome) = try await group.next() { outcomes[done] = outcome }
        group.addTask { (index, try await run.fetch(row, isMeasured: index == 0, spoilt: spoilt)) }
      }
      for try await (done, outcome) in group { outcomes[done] = outcome }
      return outcomes.sorted { $0.key < $1.key }.map(\.value)
    }
  }

  /// How a run ended, and what it said of that.
  private static func check(_ row: FaultCase, _ outcome: FetchOutcome, _ scenario: FaultScenario) {
    let what = "\(scenario), seed \(row.seed), \(row.dialect): \(outcome.status) \(outcome.message)"
    #expect(!outcome.words.contains(SignIn.canary) && !outcome.words.contains(SignIn.canaryInBasic), "\(what)")
    #expect(outcome.peakBytes > 0 && outcome.peakBytes < peakBytesMax, "\(what): \(outcome.peakBytes) bytes")
    if let seen = outcome.peakSeenBytes {
      #expect(seen < peakBytesMax && abs(seen - outcome.peakBytes) < 4 << 20, "\(what): \(seen), \(outcome.peakBytes)")
    }
    if outcome.status != 0 {
      #expect(outcome.message.hasPrefix("\(row.name): ") && outcome.next?.isEmpty == false, "\(what)")
      #expect(outcome.saidStatus == Int(outcome.status), "\(what)")
    } else {
      #expect(outcome.counts["records"].map { $0 >= row.count } == true, "\(what): \(outcome.counts), not \(row.count)")
    }
    switch scenario.ending(row) {
    case .arrives: #expect(outcome.status == 0, "\(what)")
    case .fails(let statuses, let words):
      #expect(statuses.contains(outcome.status) && outcome.message.contains(words), "\(what)")
    case .either(let statuses): #expect(([0] + statuses).contains(outcome.status), "\(what)")
    }
  }

  /// What is in the tables after the runs; then the vendor is well again, and after one more run it is everything.
  private static func checkTables(_ run: FaultRun, _ outcomes: [FetchOutcome]) async throws {
    try await run.load()
    let failed = zip(run.cases, outcomes).filter { $0.1.status != 0 }.map(\.0)
    for (row, outcome) in zip(run.cases, outcomes) {
      let rows = try run.rows(row)
      if outcome.status == 0 {
        #expect(rows == row.rows, "\(run.scenario), seed \(row.seed), \(row.dialect): \(rows.count) of \(row.count)")
      } else {
        let all = row.rows
        #expect(rows.allSatisfy { all.contains($0) }, "\(run.scenario), seed \(row.seed), \(row.dialect)")
      }
    }
    guard !failed.isEmpty, !run.scenario.isHeld else { return }
    try await run.vendor.rules(#"{ "faults": null, "odata": null }"#)
    for (row, again) in zip(failed, try await fetch(run, failed, spoilt: false)) {
      #expect(again.status == 0, "\(run.scenario), seed \(row.seed), \(row.dialect), well again: \(again.message)")
    }
    try await run.load()
    for row in failed {
      let rows = try run.rows(row)
      #expect(rows == row.rows, "\(run.scenario), seed \(row.seed), \(row.dialect): \(rows.count) of \(row.count)")
    }
  }

  /// No page was tried more often or longer than its budget allows, and no credential came under another name.
  private static func checkLog(_ log: [VendorEntry], _ run: FaultRun) async throws {
    let host = run.vendor.url.dropFirst("http://".count)
    var tries: [String: [VendorEntry]] = [:]
    for entry in log {
      #expect(entry.host == host || entry.credentials.isEmpty, "\(run.scenario): \(entry)")
      if !entry.isRedirected, entry.uri != "/oauth/token" { tries[entry.page, default: []].append(entry) }
    }
    for (page, tries) in tries {
      // A token that was refused is renewed, and that try made again at once.
      let most = run.signIn == .oauth ? 2 * FaultScenario.attempts : FaultScenario.attempts
      #expect(tries.count <= most, "\(run.scenario): \(page)")
      let span = (tries.map(\.ended).max() ?? 0) - (tries.map(\.began).min() ?? 0)
      #expect(span < FaultScenario.budgetSeconds + 2, "\(run.scenario): \(page) took \(span) s")
    }
  }

  private static func tell(
    _ scenario: FaultScenario,
    _ run: FaultRun,
    _ outcomes: [FetchOutcome],
    _ log: [VendorEntry]
  ) {
    let whole = outcomes.count { $0.status == 0 }
    let peak = outcomes.map(\.peakBytes).max() ?? 0
    let records = run.cases.reduce(0) { $0 + $1.count }
    let faults = log.count { $0.fault != nil }
    print(
      "fault: \(scenario.name), \(run.signIn.rawValue): \(outcomes.count) runs, \(whole) whole,",
      "\(outcomes.count - whole) failed as they should, \(records) records, \(log.count) requests, \(faults) spoilt,",
      "peak \(peak >> 20) MiB"
    )
  }
}
