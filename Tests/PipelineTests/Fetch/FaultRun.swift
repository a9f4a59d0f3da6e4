import Foundation
import Postgres
import Spool
import SystemPackage
import TestSupport
import Testing

/// One scenario with all its seeds: a vendor that has a set for each, and a pipeline that has a source and a feed for each.
struct FaultRun {
  let scenario: FaultScenario
  let cases: [FaultCase]
  let vendor: PractiseVendor
  let folder: TestPipeline
  let database: TestDatabase
  let signIn: SignIn

  /// What `weir-vendor` is started with, and the folder in which that lies.
  static func files(_ scenario: FaultScenario, _ cases: [FaultCase], _ signIn: SignIn) throws -> (
    TestPipeline, [String]
  ) {
    let folder = try TestPipeline(sources: "{}", feeds: "{}")
    var arguments: [String] = []
    for row in cases {
      let file = folder.directory.appending("\(row.name).ndjson")
      try Data(row.lines.utf8).write(to: URL(filePath: file.string))
      arguments += ["--rest", "\(row.name)=\(file)", "--key", "\(row.name)=id"]
    }
    let faults = cases.flatMap(scenario.rules).joined(separator: ",\n")
    let rules = #"{ "auth": \#(signIn.rule), \#(scenario.sections) "faults": [\#(faults)] }"#
    let file = folder.directory.appending("rules.json")
    try Data(rules.utf8).write(to: URL(filePath: file.string))
    return (folder, arguments + ["--stamp", "updated_at", "--rules", file.string])
  }

  init(
    _ scenario: FaultScenario,
    _ cases: [FaultCase],
    _ signIn: SignIn,
    vendor: PractiseVendor,
    folder: TestPipeline
  ) async throws {
    (self.scenario, self.cases, self.signIn) = (scenario, cases, signIn)
    (self.vendor, self.folder) = (vendor, folder)
    database = try #require(TestDatabase.current)
    let sources = cases.map { row in
      """
      "\(row.name)": { "base_url": "${WEIR_ADDRESS}\(row.dialect.base)", "auth": \(signIn.source(vendor: vendor.url)),
        \(scenario.source ?? FaultScenario.settings()) "limits": { "concurrency": \(1 + row.seed % 4) } }
      """
    }
    let feeds = cases.map { row in
      """
      "\(row.name)": { "source": "\(row.name)", "path": "\(row.name)", "key": ["id"], "table": "\(row.name)",
        "pagination": \(row.dialect.pagination(pageSize: row.pageSize)), "cursor": \(row.dialect.cursor),
        "hash": { "exclude": ["updated_at"] },
        "columns": { "id": "bigint", "name": "text", "amount": "numeric", "updated_at": "timestamptz" } }
      """
    }
    let text = """
      { "spool": { "path": "spool", "min_free": "0B", "segment": { "records": 60 } },
        "database": { "url": "${DATABASE_URL}" },
        "sources": { \(sources.joined(separator: ",\n")) }, "feeds": { \(feeds.joined(separator: ",\n")) } }
      """
    try Data(text.utf8).write(to: URL(filePath: folder.file.string))
    let migrated = try await programs("weir db migrate --directory \(Programs.packageRoot)/sql")
    #expect(migrated.status == 0, "\(migrated.errors)")
    var connection = try database.connect()
    for row in cases {
      try connection.query(
        """
        CREATE TABLE \(row.name) (id bigint PRIMARY KEY, name text, amount numeric, updated_at timestamptz,
          data_hash text NOT NULL, data_version text COLLATE "C" NOT NULL)
        """
      )
    }
  }

  /// A line of shell; `address` is where the pipeline looks for the vendor.
  func programs(_ line: String, address: String? = nil) async throws -> ProgramResult {
    try await Programs.shell(
      line,
      environment: [
        "DATABASE_URL": database.url, "WEIR_CANARY": SignIn.canary, "WEIR_ADDRESS": address ?? vendor.url,
      ],
      in: folder.directory
    )
  }

  /// Fetches one case's feed.
  func fetch(_ row: FaultCase, isMeasured: Bool = false, spoilt: Bool = true) async throws -> FetchOutcome {
    let address = spoilt ? scenario.address?(vendor.url, row.otherPort) : nil
    let program = isMeasured ? "python3 -c '\(Self.measure)' weir-fetch" : "exec weir-fetch"
    let clock = ContinuousClock.now
    let result = try await programs("\(program) \(row.name) --log-format json", address: address)
    return try FetchOutcome(result, seconds: (ContinuousClock.now - clock) / .seconds(1), isMeasured: isMeasured)
  }

  /// Runs a program and says what the kernel says of the most memory that it held (getrusage(2)), in KiB. Not asked from
  /// here: a child begins with what its parent held, and Python is small.
  private static let measure = """
    import os, sys
    child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
    status, usage = os.wait4(child, 0)[1:]
    print("peak", usage.ru_maxrss, file=sys.stderr)
    sys.exit(os.waitstatus_to_exitcode(status))
    """

  /// Hashes, stages and merges whatever has come, of all feeds.
  func load() async throws {
    let done = try await programs("weir-hash && weir-stage && weir-merge")
    #expect(done.status == 0, "\(scenario.name): \(done.errors)")
  }

  func rows(_ row: FaultCase) throws -> [[String?]] {
    var connection = try database.connect()
    return try connection.query("SELECT id, name, amount FROM \(row.name) ORDER BY id")
  }

  /// Files in the pipeline's folder, segments unpacked, that hold the canary in one of its writings.
  func leaks() throws -> [String] {
    let needles = [SignIn.canary, SignIn.canaryInBasic].map { Data($0.utf8) }
    var found: [String] = []
    let files = FileManager.default.enumerator(atPath: folder.spool.string)
    while let name = files?.nextObject() as? String {
      let path = folder.spool.appending(name)
      guard let data = FileManager.default.contents(atPath: path.string) else { continue }
      var texts = [data]
      if name.hasSuffix(".ndjson.lz4") {
        let (lines, footer) = try TemporarySpool.read(path)
        texts.append(Data((lines + ["\(footer)"]).joined(separator: "\n").utf8))
      }
      for text in texts where needles.contains(where: { text.range(of: $0) != nil }) { found.append(name) }
    }
    return found
  }
}
