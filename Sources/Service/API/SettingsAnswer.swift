internal import HTTPTypes
internal import JSONText

/// Settings as `…/sync/settings` tells and takes them.
enum SettingsAnswer {
  static let schema = Schema.object([
    .init(
      "settings",
      .list(
        .object([
          .init("setting_key", .words(SettingKey.allCases.map(\.rawValue))), .init("setting_value", .text),
          .init("description", .text), .init("source", .words(["file", "service"]), "where the value comes from"),
        ])
      )
    )
  ])

  /// One setting, or several as a list of them.
  static let request: Schema = {
    let one = SettingKey.allCases.map { key in
      Schema.object([
        .init("setting_key", .constant(key.rawValue), key.description), .init("setting_value", .pattern(key.pattern)),
        .init("description", .text, "is not changed", isRequired: false),
      ])
    }
    return .oneOf(one + [.object([.init("settings", .list(.oneOf(one)), "all of them or none")])])
  }()

  static func json(_ values: ServiceValues) -> JSONValue {
    let settings = SettingKey.allCases.map { key in
      JSONValue.of([
        "setting_key": .string(key.rawValue), "setting_value": .string(values.value(key)),
        "description": .string(key.description), "source": .string(values.source(key)),
      ])
    }
    return .of(["settings": .array(settings)])
  }

  /// - Throws: ``Problem``: 400 for a body of another form, 422 for a setting that is not there or a value it does not take.
  static func changes(in body: JSONValue) throws(Problem) -> [(key: SettingKey, value: String)] {
    if case .array(let elements)? = body["settings"], case .object(let members) = body, members.count == 1 {
      var changes: [(key: SettingKey, value: String)] = []
      for element in elements { changes.append(try change(in: element)) }
      return changes
    }
    return [try change(in: body)]
  }

  private static func change(in object: JSONValue) throws(Problem) -> (key: SettingKey, value: String) {
    guard case .object(let members) = object, let name = object["setting_key"]?.text,
      let value = object["setting_value"]?.text,
      members.allSatisfy({ ["setting_key", "setting_value", "description"].contains($0.name) }),
      object["description"].map({ $0.text != nil }) ?? true
    else { throw shape }
    guard let key = SettingKey(rawValue: name) else {
      throw Problem(
        .unprocessableContent,
        "no_such_setting",
        "there is no setting \(name.prefix(60).debugDescription)",
        next: "the settings are \(SettingKey.allCases.map(\.rawValue).joined(separator: ", "))"
      )
    }
    guard key.takes(value) else {
      throw Problem(
        .unprocessableContent,
        "bad_setting",
        "\(key.rawValue) cannot be \(value.prefix(60).debugDescription)",
        next: key.description
      )
    }
    return (key, value)
  }

  private static let shape = Problem(
    .badRequest,
    "bad_body",
    "this takes {\"setting_key\": …, \"setting_value\": …}, both text, or {\"settings\": […]} of these",
    next: "GET /api/v1/admin/sync/settings shows them"
  )
}
