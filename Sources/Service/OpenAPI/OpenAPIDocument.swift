internal import HTTPTypes
internal import JSONText
internal import PipelineConfig

/// The OpenAPI 3.1 document of a list of routes: what serves a request also says what it is like.
///
/// Source: OpenAPI Specification 3.1.1.
struct OpenAPIDocument {
  let routes: [Route]

  var json: JSONValue {
    .of([
      "openapi": .string("3.1.0"),
      "info": .of([
        "title": .string("Weir"), "version": .string(ServiceVersion.current),
        "description": .string(
          """
          Control of a service that mirrors vendors' APIs into PostgreSQL. Answers are {"success": true, "data": …}, \
          refusals {"success": false, "error": {"code", "message", "next"}}. What is of one pipeline is also there under \
          /api/v1/tenants/{tenant}; without that the token's own pipeline is meant.
          """
        ), "license": .of(["name": .string("see the package")]),
      ]),
      "servers": .array([.of(["url": .string("/")])]),
      "paths": .object(paths),
      "components": .of([
        "securitySchemes": .of(["token": .of(["type": .string("http"), "scheme": .string("bearer")])]),
        "schemas": .of(["Problem": Self.problem.json]),
      ]),
    ])
  }

  static let problem = Schema.object([
    .init("success", .flag),
    .init(
      "error",
      .object([
        .init("code", .text, "stable, for programs"), .init("message", .text),
        .init("next", .optional(.text), "what to do or to look at next"),
      ])
    ),
  ])

  private var paths: [JSONMember] {
    let shown = routes.flatMap { route in
      route.isOfTenant ? [(route.path, route), (Self.underTenant(route.path), route)] : [(route.path, route)]
    }
    var order: [String] = []
    var operations: [String: [JSONMember]] = [:]
    for (path, route) in shown {
      if operations[path] == nil { order.append(path) }
      let member = JSONMember(name: route.method.rawValue.lowercased(), value: operation(route, at: path))
      operations[path, default: []].append(member)
    }
    return order.map { JSONMember(name: $0, value: .object(operations[$0] ?? [])) }
  }

  private static func underTenant(_ path: String) -> String {
    "\(RouteTable.root)/tenants/{tenant}" + path.dropFirst(RouteTable.root.count)
  }

  private func operation(_ route: Route, at path: String) -> JSONValue {
    let name = path.split(separator: "/").joined(separator: "_").filter { $0 != "{" && $0 != "}" }
    var members = [
      JSONMember(name: "operationId", value: .string("\(route.method.rawValue.lowercased())_\(name)")),
      JSONMember(name: "summary", value: .string(route.summary)),
    ]
    if let role = route.role {
      members.append(JSONMember(name: "description", value: .string("Takes the role \(role.rawValue).")))
      members.append(JSONMember(name: "security", value: .array([.of(["token": .array([])])])))
    }
    let parameters = pathParameters(path) + route.query.map(queryParameter)
    if !parameters.isEmpty { members.append(JSONMember(name: "parameters", value: .array(parameters))) }
    if let body = route.body {
      let content = JSONValue.of(["application/json": .of(["schema": body.json])])
      members.append(JSONMember(name: "requestBody", value: .of(["required": .bool(true), "content": content])))
    }
    members.append(JSONMember(name: "responses", value: responses(route, isUnderTenant: path.contains("{tenant}"))))
    return .object(members)
  }

  private func pathParameters(_ path: String) -> [JSONValue] {
    path.split(separator: "/").filter { $0.first == "{" }.map { part in
      .of([
        "name": .string(String(part.dropFirst().dropLast())), "in": .string("path"), "required": .bool(true),
        "schema": .of(["type": .string("string"), "minLength": .number(1)]),
      ])
    }
  }

  private func queryParameter(_ parameter: Route.Parameter) -> JSONValue {
    var schema = parameter.schema.json
    if let fallback = parameter.fallback, case .object(let members) = schema {
      schema = .object(members + [JSONMember(name: "default", value: fallback)])
    }
    return .of([
      "name": .string(parameter.name), "in": .string("query"), "required": .bool(false),
      "description": .string(parameter.about), "schema": schema,
    ])
  }

  private func responses(_ route: Route, isUnderTenant: Bool) -> JSONValue {
    var refusals: Set<Int> = [400, 401, 403, 429]
    if route.body != nil { refusals.formUnion([413, 415]) }
    if isUnderTenant { refusals.insert(404) }
    refusals.formUnion(route.refusals.map(\.code))
    var members = [JSONMember(name: String(route.status.code), value: success(route))]
    for code in refusals.sorted() {
      let content = JSONValue.of([
        "application/json": .of(["schema": .of(["$ref": .string("#/components/schemas/Problem")])])
      ])
      let phrase = HTTPResponse.Status(code: code).reasonPhrase
      members.append(JSONMember(name: String(code), value: .of(["description": .string(phrase), "content": content])))
    }
    return .object(members)
  }

  private func success(_ route: Route) -> JSONValue {
    let schema: JSONValue
    if let data = route.data {
      schema = Schema.object([.init("success", .flag), .init("data", data)]).json
    } else {
      schema = .object([])
    }
    let type = route.contentType.split(separator: ";").first.map(String.init) ?? route.contentType
    return .of([
      "description": .string(route.summary), "content": JSONValue.object([]).with(type, .of(["schema": schema])),
    ])
  }
}

extension JSONValue {
  /// An object with one member more, whose name is not known beforehand.
  fileprivate func with(_ name: String, _ value: JSONValue) -> JSONValue {
    guard case .object(let members) = self else { return self }
    return .object(members + [JSONMember(name: name, value: value)])
  }
}
