import HTTPTypes
import JSONText
import PipelineConfig
import Testing

@testable import Service

/// The routes, and the document that is made of them.
struct RouteTests {
  private static let table = RouteTable()

  private static func code(_ method: HTTPRequest.Method, _ path: String) -> Int {
    do {
      _ = try table.find(method, path: path)
      return 200
    } catch {
      return error.status.code
    }
  }

  @Test(
    "a path is there or not, and takes its methods alone",
    arguments: [
      ("GET", "/api/v1/health", 200), ("HEAD", "/api/v1/health", 200), ("POST", "/api/v1/health", 405),
      ("POST", "/api/v1/admin/sync", 200), ("GET", "/api/v1/admin/sync", 405),
      ("DELETE", "/api/v1/admin/sync/settings", 405),
      ("PUT", "/api/v1/admin/sync/settings", 200), ("GET", "/api/v1/runs/0123", 200),
      ("POST", "/api/v1/runs/0123/cancel", 200),
      ("GET", "/api/v1/tenants/cars/admin/sync/status", 200), ("GET", "/api/v1/tenants", 200),
      ("GET", "/api/v1/tenants/cars/openapi.json", 404), ("GET", "/api/v1/tenants/cars/tenants", 404),
      ("GET", "/", 404), ("GET", "//", 404), ("GET", "/api/v1/health/", 404), ("GET", "/api//v1/health", 404),
      ("GET", "/API/v1/health", 404), ("GET", "/api/v1", 404), ("GET", "/api/v1/runs/%zz", 404), ("GET", "", 404),
    ]
  )
  func found(method: String, path: String, status: Int) throws {
    #expect(Self.code(try #require(HTTPRequest.Method(method)), path) == status)
  }

  @Test("the document has every route with its method, and no other")
  func document() throws {
    let document = OpenAPIDocument(routes: Self.table.routes).json
    var told: Set<String> = []
    guard case .object(let paths)? = document["paths"] else { throw NoPaths() }
    for path in paths {
      guard case .object(let methods) = path.value else { throw NoPaths() }
      for method in methods { told.insert("\(method.name.uppercased()) \(path.name)") }
    }
    let served = Set(Self.table.routes.map { "\($0.method.rawValue) \($0.path)" })
    let own = told.filter { !$0.contains("/tenants/{tenant}") }
    #expect(own == served)
    let named = Set(
      told.filter { $0.contains("/tenants/{tenant}") }.map { $0.replacing("/tenants/{tenant}", with: "") }
    )
    #expect(named == Set(Self.table.routes.filter(\.isOfTenant).map { "\($0.method.rawValue) \($0.path)" }))
  }

  @Test("no two operations have one name")
  func operations() throws {
    let document = OpenAPIDocument(routes: Self.table.routes).json
    guard case .object(let paths)? = document["paths"] else { throw NoPaths() }
    var names: [String] = []
    for path in paths {
      guard case .object(let methods) = path.value else { throw NoPaths() }
      for method in methods { names.append(try #require(method.value["operationId"]?.text)) }
    }
    #expect(Set(names).count == names.count)
  }

  @Test("a route of another module is served and told of")
  func extra() throws {
    let route = ExtraRoute("/feed/{name}", role: .read, summary: "A page.", contentType: "text/html") { request in
      ExtraAnswer(contentType: "text/plain", text: request.parameters["name"] ?? "")
    }
    let table = RouteTable(extra: [route])
    let match = try table.find(.get, path: "/feed/a%20b")
    #expect(match.values == ["name": "a b"])
    #expect(OpenAPIDocument(routes: table.routes).json["paths"]?["/feed/{name}"] != nil)
  }

  private static func problem(_ query: String, _ path: String = "/api/v1/admin/sync/logs") -> Problem? {
    do throws(Problem) {
      _ = try Query(query, of: try table.find(.get, path: path).route)
      return nil
    } catch {
      return error
    }
  }

  @Test("a query that is right is taken", arguments: ["", "limit=1", "limit=500&offset=0", "offset=7", "&limit=5&"])
  func queries(query: String) { #expect(Self.problem(query) == nil) }

  @Test(
    "a query that is not is refused with 400",
    arguments: [
      "limit=0", "limit=501", "limit=-1", "limit=", "limit=+1", "limit=1e1", "limit=abc", "limit", "offset=-1",
      "limit=1&limit=2",
      "limits=1", "limit=%zz", "limit=%00", "offset=99999999999999999999",
    ]
  )
  func badQueries(query: String) {
    let problem = Self.problem(query)
    #expect(problem?.status == .badRequest && problem?.code == "bad_parameter")
  }

  @Test(
    "settings are changed one by one or several at once",
    arguments: [
      (#"{"setting_key":"sync_interval","setting_value":"12h"}"#, 1),
      (#"{"setting_key":"sync_interval","setting_value":"12h","description":"x"}"#, 1),
      (
        #"{"settings":[{"setting_key":"sync_interval","setting_value":"12h"},{"setting_key":"retry_count","setting_value":"1"}]}"#,
        2
      ),
      (#"{"settings":[]}"#, 0),
    ]
  )
  func changes(body: String, count: Int) throws {
    #expect(try SettingsAnswer.changes(in: JSONValue(parsing: body)).count == count)
  }

  @Test(
    "what cannot be a setting is refused",
    arguments: [
      ("{}", 400), ("[]", 400), ("null", 400), (#"{"setting_key":"sync_interval"}"#, 400),
      (#"{"setting_key":"sync_interval","setting_value":12}"#, 400),
      (#"{"setting_key":"sync_interval","setting_value":"12h","more":1}"#, 400),
      (#"{"setting_key":"sync_interval","setting_value":"12 hours"}"#, 422),
      (#"{"setting_key":"colour","setting_value":"red"}"#, 422),
      (
        #"{"settings":[{"setting_key":"retry_count","setting_value":"1"},{"setting_key":"retry_count","setting_value":"99"}]}"#,
        422
      ),
      (#"{"settings":[1]}"#, 400), (#"{"settings":{}}"#, 400),
    ]
  )
  func badChanges(body: String, status: Int) throws {
    let json = try JSONValue(parsing: body)
    let problem = #expect(throws: Problem.self) { try SettingsAnswer.changes(in: json) }
    #expect(problem?.status.code == status)
  }

  private struct NoPaths: Error {}
}
