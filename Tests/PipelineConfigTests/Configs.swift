import JSONText
import PipelineConfig
import SystemPackage

/// Configurations that are right but for what a test spoils.
enum Configs {
  static let good = """
    {
      "spool": { "path": "spool" },
      "sources": { "shop": { "base_url": "https://shop.example/api", "auth": { "bearer": "${TOKEN}" } } },
      "feeds": {
        "cars": {
          "source": "shop", "path": "cars", "pagination": { "kind": "odata", "page_size": 100 },
          "key": ["id"], "cursor": "at", "table": "car", "columns": { "id": "bigint", "at": "timestamptz" }
        },
        "parts": {
          "source": "shop", "path": "parts", "pagination": { "kind": "page_number", "page_size": 100 },
          "key": ["id"], "table": "part", "parent": { "feed": "cars", "field": "car_id" },
          "columns": { "id": "bigint", "car_id": "bigint" }
        }
      }
    }
    """

  /// The environment's secret, which must be seen nowhere.
  static let canary = "canary-9c41"

  static func read(_ text: String, environment: [String: String] = ["TOKEN": canary]) throws -> Pipeline {
    try Pipeline(json: Array(text.utf8), directory: "/etc/weir", environment: environment)
  }

  /// Every problem of a configuration; none when it is right.
  static func problems(_ text: String, environment: [String: String] = ["TOKEN": canary]) throws -> [ConfigProblem] {
    do {
      _ = try read(text, environment: environment)
      return []
    } catch let error as InvalidConfig {
      return error.problems
    }
  }

  /// A configuration with the value at a path set, or with nil taken away; what is not there yet is made.
  static func setting(_ path: String, to value: String?, in text: String = good) throws -> String {
    let parsed = try value.map { try JSONValue(parsing: $0) }
    return try JSONValue(parsing: text).setting(path.split(separator: ".").map(String.init)[...], to: parsed).encoded
  }
}

extension JSONValue {
  fileprivate func setting(_ path: ArraySlice<String>, to value: JSONValue?) -> JSONValue {
    guard let name = path.first else { return value ?? self }
    guard case .object(var members) = self else { return JSONValue.object([]).setting(path, to: value) }
    let index = members.firstIndex { $0.name == name }
    if path.count == 1, value == nil {
      if let index { members.remove(at: index) }
    } else {
      let inner = index.map { members[$0].value } ?? .object([])
      let member = JSONMember(name: name, value: inner.setting(path.dropFirst(), to: value))
      if let index { members[index] = member } else { members.append(member) }
    }
    return .object(members)
  }
}
