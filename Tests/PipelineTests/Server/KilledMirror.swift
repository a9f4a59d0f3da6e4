import Foundation
import Postgres
import Spool
import SystemPackage
import TestSupport
import Testing

/// Full runs into a table whose server is killed meanwhile, and what the table has to hold in the end.
///
/// A trigger notes every row that is written or removed, in the same transaction: what is applied twice stands there twice.
final class KilledMirror {
  let server: PrivateServer
  let spool: Spool
  private let directory: FilePath
  private var random: SeededGenerator
  private var rounds = 0
  /// What the vendor has, by id.
  private var model: [Int: String] = [:]
  /// What it had no more in runs from which nothing was concluded.
  private var left: [Int: String] = [:]
  private(set) var emptied = 0

  static let segments = 6
  static let rows = 150

  init(_ server: PrivateServer, seed: UInt64) async throws {
    self.server = server
    random = SeededGenerator(seed: seed)
    directory = server.folder.appending("pipeline")
    try FileManager.default.createDirectory(
      atPath: directory.string,
      withIntermediateDirectories: false,
      attributes: [.posixPermissions: 0o700]
    )
    let json = """
      { "spool": { "attempts": 1000 },
        "database": { "url": "${DATABASE_URL}", "retry_within": "${RETRY_WITHIN:-60s}", "copy_timeout": "1s", "statement_timeout": "20s" },
        "sources": { "s": { "base_url": "http://127.0.0.1" } },
        "feeds": { "item": { "source": "s", "path": "p", "pagination": { "kind": "odata", "page_size": 10 }, "key": ["id"],
          "table": "item", "columns": { "id": "bigint", "name": "text" }, "deletions": { "max_share": 1 } } } }
      """
    try Data(json.utf8).write(to: URL(filePath: directory.appending("pipeline.json").string))
    spool = try Spool(root: directory.appending("spool"))
    let sql = Programs.packageRoot.appending("sql").string
    let migrated = try await weir("weir", ["db", "migrate", "--directory", sql])
    #expect(migrated.status == 0, "\(migrated.errors)")
    var connection = try await server.connect()
    try connection.executeScript(
      """
      SET search_path = public;
      CREATE TABLE item (id bigint PRIMARY KEY, name text, data_hash text, data_version text COLLATE "C");
      CREATE TABLE applied (id bigint, name text, what text, data_version text);
      CREATE FUNCTION applied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        -- So that a merge takes long enough to be met.
        PERFORM pg_sleep(0.002);
        INSERT INTO public.applied VALUES (coalesce(NEW.id, OLD.id), NEW.name, TG_OP, coalesce(NEW.data_version, OLD.data_version));
        RETURN NULL;
      END $$;
      CREATE TRIGGER applied AFTER INSERT OR UPDATE OR DELETE ON item FOR EACH ROW EXECUTE FUNCTION applied();
      """,
      while: "make the tables"
    )
  }

  func environment(retryWithin: String = "60s") throws -> [String: String?] {
    ["DATABASE_URL": try server.url, "RETRY_WITHIN": retryWithin]
  }

  func weir(_ program: String, _ arguments: [String], retryWithin: String = "60s") async throws -> ProgramResult {
    try await Programs.run(program, arguments, environment: environment(retryWithin: retryWithin), in: directory)
  }

  var workingDirectory: FilePath { directory }

  /// Waits until so many segments of the newest run are merged and another one is in hand, or all are merged.
  func isMerging(after count: Int) -> @Sendable () async throws -> Void {
    let (spool, run) = (spool, run)
    return {
      let queue = try spool.queue(.staged, feed: "item")
      while true {
        let (ready, done) = (try queue.stored(in: [.ready]), try queue.segments(in: .done))
        let merged = done.count { "\($0.run)" == run }
        if ready.isEmpty || merged >= count && ready.contains(where: \.isClaimed) { return }
        try await Task.sleep(for: .milliseconds(1))
      }
    }
  }

  /// Publishes the vendor's next full run: some rows are new, some changed, some gone.
  func publish() throws {
    rounds += 1
    for id in model.keys.sorted() {
      switch Int.random(in: 0..<20, using: &random) {
      case 0: left[id] = model.removeValue(forKey: id)
      case 1, 2: model[id] = "n\(rounds)"
      default: break
      }
    }
    var id = Int.random(in: 1...1000, using: &random)
    while model.count < Self.segments * Self.rows {
      if model[id] == nil {
        model[id] = "n\(rounds)"
        left[id] = nil
      }
      id = Int.random(in: 1...5000, using: &random)
    }
    let ids = model.keys.sorted()
    for sequence in 1...Self.segments {
      let own = ids[(sequence - 1) * Self.rows..<sequence * Self.rows]
      let lines = own.map { id in
        let name = model[id] ?? ""
        return #"{"id":\#(id),"name":"\#(name)","data_hash":"h\#(name)","data_version":" \#(run)-00000\#(sequence)"}"#
      }
      try publish(lines, sequence: sequence, end: nil)
    }
    let end = EndOfRun(complete: true, segments: Self.segments, records: ids.count, watermark: "w\(rounds)", since: nil)
    try publish([], sequence: Self.segments + 1, end: end)
  }

  private var run: String {
    "20260101T00\(String(100 + rounds / 60).dropFirst())\(String(100 + rounds % 60).dropFirst())Z-aaaa"
  }

  private func publish(_ lines: [String], sequence: Int, end: EndOfRun?) throws {
    let footer = SegmentFooter(
      feed: "item",
      run: try #require(RunID(run)),
      sequence: sequence,
      stage: .staged,
      kind: end == nil ? .data : .end,
      mode: .full,
      fetched: lines.count,
      fetchedAt: "2026-01-01T00:00:00.000Z",
      program: "test",
      end: end
    )
    var writer = try SegmentWriter(queue: spool.queue(.staged, feed: "item"), name: footer.name)
    for line in lines { try writer.append(line: Array(line.utf8).span) }
    _ = try writer.publish(footer: footer)
  }

  /// What is not as it should be after a run that came to its end; nil when all is.
  func problem() async throws -> String? {
    let queue = try spool.queue(.staged, feed: "item")
    for state in [SegmentState.ready, .held] {
      let names = try queue.segments(in: state)
      guard names.isEmpty else { return "\(state): \(names)" }
    }
    var audit = try await weir("weir", ["audit"])
    // A process that was killed last may have taken the others with it a moment later.
    for _ in 0..<600 where audit.status == 75 {
      try await Task.sleep(for: .milliseconds(100))
      audit = try await weir("weir", ["audit"])
    }
    guard audit.status == 0 else { return "audit: \(audit.output)\(audit.errors)" }
    var connection = try await server.connect()
    let log = try connection.query("SELECT status, vanished FROM weir.sync_log WHERE run = '\(run)'")
    guard log.first?.first == "succeeded" else { return "log: \(log)" }
    if log[0][1] != nil { left = [:] } else { emptied += 1 }
    let rows = try connection.query("SELECT id, name FROM public.item")
    let found = Dictionary(uniqueKeysWithValues: rows.map { (Int($0[0] ?? "") ?? 0, $0[1] ?? "") })
    let expected = model.merging(left) { now, _ in now }
    guard found == expected else { return "rows: \(found.count), expected \(expected.count)" }
    let doubled = try connection.query(
      "SELECT count(*) FROM (SELECT FROM public.applied GROUP BY id, what, data_version HAVING count(*) > 1) twice"
    )
    guard doubled == [["0"]] else { return "applied twice: \(doubled)" }
    let ledger = try connection.query("SELECT count(*), sum(records) FROM weir.ledger WHERE run = '\(run)'")
    guard ledger == [["\(Self.segments)", "\(Self.segments * Self.rows)"]] else { return "ledger: \(ledger)" }
    return nil
  }
}
