import AsyncHTTPClient
import Foundation
import JSONText
import NIOCore
import NIOHTTP1
import Postgres
import Subprocess
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// A pipeline, a vendor and a database, and `weir serve` between them whenever a test wants it.
struct Served: Sendable {
  let vendor: PractiseVendor
  let pipeline: TestPipeline
  let database: TestDatabase
  /// What the environment of every program has beside.
  var further: [String: String?] = [:]

  static let sources = """
    {
      "rest": { "base_url": "${WEIR_VENDOR_URL}/rest", "auth": { "bearer": "${WEIR_VENDOR_TOKEN}" },
                "retry": { "attempts": 3, "budget": "5s" }, "timeouts": { "idle": "10m", "whole": "10m" } }
    }
    """

  /// Cars, so many a page; with a cursor only what changed since the last run.
  static func feeds(named name: String = "cars", pageSize: Int = 100, hasCursor: Bool = true) -> String {
    let cursor =
      #""cursor": { "field": "updated_at", "type": "timestamp", "since_parameter": "updated_since" },"#
    return """
      {
        "\(name)": {
          "source": "rest", "path": "cars",
          "pagination": { "kind": "page_number", "page_size": \(pageSize), "records": "/data", "total": "/total" },
          "key": ["id"], \(hasCursor ? cursor : "")
          "hash": { "exclude": ["updated_at"] }, "table": "car",
          "columns": { "id": "bigint", "vin": "text", "make": "text", "price": "numeric", "updated_at": "timestamptz" }
        }
      }
      """
  }

  /// `service` and `schedule` are the JSON texts of these members, `members` that of others, each with a comma before it.
  init(
    _ vendor: PractiseVendor,
    service: String = "{}",
    schedule: String? = nil,
    pageSize: Int = 100,
    hasCursor: Bool = true,
    segmentRecords: Int = 20_000,
    members: String = ""
  ) async throws {
    self.vendor = vendor
    database = try #require(TestDatabase.current)
    let further = ",\n\"service\": \(service)" + (schedule.map { ",\n\"schedule\": \($0)" } ?? "") + members
    pipeline = try TestPipeline(
      sources: Self.sources,
      feeds: Self.feeds(pageSize: pageSize, hasCursor: hasCursor),
      segmentRecords: segmentRecords,
      further: further
    )
    let migrated = try await weir(["db", "migrate", "--directory", Programs.packageRoot.appending("sql").string])
    #expect(migrated.status == 0, "\(migrated.errors)")
  }

  var environment: [String: String?] {
    let own: [String: String?] = [
      "DATABASE_URL": database.url, "WEIR_VENDOR_TOKEN": vendor.token, "WEIR_VENDOR_URL": vendor.url, "WEIR_URL": nil,
      "WEIR_TOKEN": nil, "SYNC_INTERVAL": nil,
    ]
    return own.merging(further) { _, new in new }
  }

  func weir(_ arguments: [String]) async throws -> ProgramResult {
    try await Programs.run("weir", arguments, environment: environment, in: pipeline.directory)
  }

  func query(_ sql: String) throws -> [[String?]] {
    var connection = try database.connect()
    return try connection.query(sql)
  }

  /// Puts sections of rules in place of those that hold at the vendor.
  func vendorRules(_ document: String) async throws {
    let line = "printf %s \"$RULES\" | weir-vendor rules --url \(vendor.url) --token \(vendor.token) -"
    let result = try await Programs.shell(line, environment: ["RULES": document])
    #expect(result.status == 0, "\(result.errors)")
  }

  /// The first column of the first row.
  func value(_ sql: String) throws -> String? { try query(sql).first?.first ?? nil }

  /// Starts the service, waits until it listens, and ends it with SIGTERM, or as the body has ended it.
  ///
  /// - Returns: What the body returns; what the service said is attached to an issue when it ends badly.
  func serving<Result: Sendable>(
    _ arguments: [String] = [],
    expecting status: Int32? = 0,
    _ body: @escaping @Sendable (Service) async throws -> Result
  ) async throws -> Result {
    var changes: [Environment.Key: String?] = [:]
    for (name, value) in environment { changes[.init(stringLiteral: name)] = value }
    let run = try await Subprocess.run(
      .path(Programs.directory.appending("weir")),
      arguments: Arguments(["serve", "--port", "0"] + arguments),
      environment: .inherit.updating(changes),
      workingDirectory: pipeline.directory,
      input: .none,
      output: .sequence,
      error: .string(limit: 8 << 20)
    ) { execution in
      let output = execution.standardOutput
      var url: String?
      for try await line in output.strings() {
        guard let start = line.range(of: "http://") else { continue }
        url = line[start.lowerBound...].trimmingCharacters(in: .whitespacesAndNewlines)
        break
      }
      guard let url else { return Optional<Swift.Result<Result, any Error>>.none }
      let service = Service(url: url, pid: execution.processIdentifier.value, served: self)
      let outcome: Swift.Result<Result, any Error>
      do { outcome = .success(try await body(service)) } catch { outcome = .failure(error) }
      try? execution.send(signal: .terminate)
      return outcome
    }
    let code: Int32 =
      switch run.terminationStatus {
      case .exited(let code): code
      case .signaled(let signal): 128 + signal
      }
    if let status { #expect(code == status, "weir serve ended with \(code):\n\(run.standardError)") }
    let outcome = try #require(run.closureResult, "weir serve never listened:\n\(run.standardError)")
    do { return try outcome.get() } catch {
      Issue.record("\(error)\nweir serve said:\n\(run.standardError.suffix(4000))")
      throw error
    }
  }
}

/// A running service, as a test asks it.
struct Service: Sendable {
  let url: String
  let pid: pid_t
  let served: Served

  struct Answer: Sendable {
    var status: Int
    var headers: [String: String]
    var text: String
    var json: JSONValue? { try? JSONValue(parsing: text) }
    var data: JSONValue? { json?["data"] }
    var code: String? { json?["error"]?["code"]?.text }
  }

  // `path` is what follows the address: `/api/v1/health`.
  func ask(
    _ method: String,
    _ path: String,
    token: String? = nil,
    body: String? = nil,
    headers: [String: String] = [:]
  ) async throws -> Answer {
    var request = HTTPClientRequest(url: url + path)
    request.method = .init(rawValue: method)
    if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
    for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
    if let body {
      if headers["Content-Type"] == nil { request.headers.add(name: "Content-Type", value: "application/json") }
      request.body = .bytes(ByteBuffer(string: body))
    }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
    let bytes = try await response.body.collect(upTo: 16 << 20)
    var fields: [String: String] = [:]
    for (name, value) in response.headers { fields[name.lowercased()] = value }
    return Answer(status: Int(response.status.code), headers: fields, text: String(buffer: bytes))
  }

  func status(token: String? = nil) async throws -> JSONValue {
    let answer = try await ask("GET", "/api/v1/admin/sync/status", token: token)
    return try #require(answer.data, "\(answer.status) \(answer.text)")
  }

  /// Asks again and again until the status is as wanted; the test's time limit ends a wait that has no end.
  @discardableResult
  func until(token: String? = nil, _ isWanted: @Sendable (JSONValue) -> Bool) async throws -> JSONValue {
    while true {
      let status = try await status(token: token)
      if isWanted(status) { return status }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  /// The key that the service leaves for programs of the same user.
  func localKey() throws -> String {
    let file = served.pipeline.spool.appending(".service").appending("local.json")
    let note = try JSONValue(parsing: Array(Data(contentsOf: URL(filePath: file.string))))
    return try #require(note["token"]?.text)
  }
}

/// A token for a test, and its entry in the configuration.
struct Token: Sendable {
  var name: String
  var role: String
  var text: String
  var sha256: String

  init(_ name: String, _ role: String) async throws {
    let made = try await Programs.run("weir", ["token", "new", name, "--role", role])
    (self.name, self.role) = (name, role)
    text = try #require(made.lines.first)
    let entry = try #require(made.errors.split(separator: "\n").first { $0.hasPrefix("{") })
    sha256 = try #require(try JSONValue(parsing: String(entry))["sha256"]?.text)
  }

  var entry: String { "{ \"name\": \"\(name)\", \"role\": \"\(role)\", \"sha256\": \"\(sha256)\" }" }
}
