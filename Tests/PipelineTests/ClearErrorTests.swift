import Foundation
import Postgres
import SystemPackage
import TestSupport
import Testing

/// What an operator sees when something outside is wrong: one line with the subject and the next step, and a status
/// that a script can act on.
@Suite(.postgres, .timeLimit(.minutes(5)))
struct ClearErrorTests {
  @Test("six mistakes in pipeline.json are printed at once, each with its path, status 78")
  func sixMistakes() async throws {
    let pipeline = try TestPipeline(
      sources: """
        { "shop": { "base_url": "ftp://example.org", "limits": { "concurrency": 0 } } }
        """,
      feeds: """
        { "cars": { "source": "shop", "path": "cars", "key": ["id"], "table": "car",
                    "pagination": { "kind": "page_number", "page_size": 0 },
                    "colums": {}, "columns": { "id": "bigint", "price": "money" } },
          "parts": { "source": "store", "path": "parts", "key": ["id"], "table": "part",
                     "pagination": { "kind": "odata", "page_size": 100 }, "columns": { "id": "text" } } }
        """
    )
    let environment = ["DATABASE_URL": "host=/nowhere"]
    for program in ["weir check", "weir-fetch cars", "weir-hash --feed cars", "weir run"] {
      let result = try await Programs.shell(program, environment: environment, in: pipeline.directory)
      #expect(result.status == 78, "\(program): \(result.errors)")
      for path in [
        "sources.shop.base_url", "sources.shop.limits.concurrency", "feeds.cars.pagination.page_size",
        "feeds.cars.colums", "feeds.cars.columns.price", "feeds.parts.source",
      ] {
        #expect(result.errors.contains(path), "\(program) does not name \(path):\n\(result.errors)")
      }
    }
  }

  @Test("a database that is not there is one line and status 75; the segments stay ready")
  func noDatabase() async throws {
    try await PractiseVendor.serving(["--cars", "50", "--seed", "1"]) { vendor in
      let mirror = try await Mirror(vendor: vendor, feeds: ShellPipelineTests.cars)
      let staged = try await mirror.shell("weir-fetch cars | weir-hash - | weir-stage -")
      #expect(staged.status == 0, "\(staged.errors)")
      let merged = try await mirror.shell("DATABASE_URL='host=/nowhere dbname=weir' weir-merge --feed cars")
      #expect(merged.status == 75, "\(merged.errors)")
      expectOneLine(merged, names: "/nowhere", next: "next:")
      #expect(try await mirror.shell("ls spool/cars/staged/ready").lines.count == 2)
      #expect(try await mirror.shell("weir-merge --feed cars").status == 0)
      #expect(try mirror.value("SELECT count(*) FROM car") == "50")
    }
  }

  @Test("a wrong password is one line that names the role, not the password, and status 77")
  func wrongPassword() async throws {
    let database = try #require(TestDatabase.current)
    let role = "locked_\(UInt32.random(in: .min ... .max))"
    var connection = try database.connect()
    try connection.query("CREATE ROLE \(role) LOGIN PASSWORD 'right'")
    // The server of the tests trusts its socket; this role alone has to say a password.
    try connection.executeScript(
      """
      CREATE TEMP TABLE rule (line text);
      INSERT INTO rule VALUES ('local all \(role) scram-sha-256');
      INSERT INTO rule SELECT unnest(string_to_array(trim(E'\\n' FROM pg_read_file(current_setting('hba_file'))), E'\\n'));
      DO $$ BEGIN EXECUTE format('COPY rule TO %L', current_setting('hba_file')); END $$;
      SELECT pg_reload_conf();
      """,
      while: "asking a role for its password"
    )
    try await PractiseVendor.serving(["--cars", "50", "--seed", "2"]) { vendor in
      let mirror = try await Mirror(vendor: vendor, feeds: ShellPipelineTests.cars)
      #expect(try await mirror.shell("weir-fetch cars | weir-hash - | weir-stage -").status == 0)
      let refused = try await mirror.shell(
        "DATABASE_URL=\"$DATABASE_URL user=\(role) password=wrong-canary\" weir-merge --feed cars"
      )
      #expect(refused.status == 77, "\(refused.errors)")
      expectOneLine(refused, names: role, next: "next:")
      #expect(!refused.errors.contains("wrong-canary"))
    }
    try connection.query("DROP ROLE \(role)")
  }

  @Test("a vendor that is down is one line that names feed and address, status 75, and nothing half-done in the spool")
  func vendorDown() async throws {
    let pipeline = try TestPipeline(
      sources: """
        { "rest": { "base_url": "http://127.0.0.1:1/rest", "auth": { "bearer": "canary-4711" },
                    "retry": { "attempts": 2, "budget": "5s" } } }
        """,
      feeds: ShellPipelineTests.cars
    )
    let result = try await Programs.run(
      "weir-fetch",
      ["cars"],
      environment: ["DATABASE_URL": "host=/nowhere"],
      in: pipeline.directory
    )
    #expect(result.status == 75, "\(result.errors)")
    expectOneLine(result, names: "127.0.0.1:1", next: "next:")
    #expect(result.errors.contains("cars"))
    #expect(!result.errors.contains("canary-4711"))
    let left = try await Programs.shell("find spool -name '*.lz4*' | wc -l", in: pipeline.directory)
    #expect(left.lines.first == "0")
  }

  @Test("a page that stops in the middle is one line, status 75; the run goes on from scratch when the vendor is well")
  func pageCut() async throws {
    let server = try await CutOffServer.start()
    let pipeline = try TestPipeline(
      sources: """
        { "rest": { "base_url": "http://127.0.0.1:\(server.port)/rest", "retry": { "attempts": 2, "budget": "5s" } } }
        """,
      feeds: ShellPipelineTests.cars
    )
    let result = try await Programs.run(
      "weir-fetch",
      ["cars"],
      environment: ["DATABASE_URL": "host=/nowhere"],
      in: pipeline.directory
    )
    #expect(result.status == 75, "\(result.errors)")
    expectOneLine(result, names: "127.0.0.1:\(server.port)", next: "next:")
    #expect(result.output.isEmpty, "nothing of a cut page is published")
    try await server.stop()
  }

  /// One line says it all: an operator's log has no second line to look for.
  private func expectOneLine(_ result: ProgramResult, names subject: String, next: String) {
    let errors = result.errors.split(separator: "\n").filter { $0.contains("error:") }
    #expect(errors.count == 1, "\(result.errors)")
    #expect(errors.first?.contains(subject) == true, "\(result.errors)")
    #expect(errors.first?.contains(next) == true, "\(result.errors)")
  }
}
