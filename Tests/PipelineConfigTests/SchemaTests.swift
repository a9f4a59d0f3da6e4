import JSONText
import PipelineConfig
import Testing

/// `pipeline.schema.json` tells an editor what the reader tells a person: both are asked, and have to agree.
struct SchemaTests {
  /// A name that no setting is near to, so that the reader answers with all there are.
  private static let stranger = "zzzzzzzzzzzzzzzz"

  /// Where a source signs in in another way than the base does.
  private static let credentials = [
    ("api_key.query", #"{ "api_key": { "query": "key", "value": "k" } }"#),
    ("api_key", #"{ "api_key": { "header": "X-Key", "value": "k" } }"#),
    ("basic", #"{ "basic": { "user": "u", "password": "p" } }"#),
    ("oauth2", #"{ "oauth2": { "token_url": "https://a.example/t", "client_id": "i", "client_secret": "s" } }"#),
  ]

  /// Right, with an object wherever the schema knows one beside a shorter form, and of the shape in which the path is found.
  private static func base(for path: String = "", beside given: [JSONMember] = []) throws -> String {
    let columns = #""at": "timestamptz", "note": { "type": "text" }"#
    var text = Configs.good.replacing(#""at": "timestamptz""#, with: columns)
    let auth = "sources.shop.auth"
    if let shape = credentials.first(where: { path.hasPrefix("\(auth).\($0.0)") }) {
      text = try Configs.setting(auth, to: shape.1, in: text)
    }
    if path.hasPrefix("feeds.cars.cursor.") {
      text = try Configs.setting("feeds.cars.cursor", to: #"{ "field": "at" }"#, in: text)
    }
    if path.hasPrefix("feeds.cars.parent.") {
      // The other way round than in the base, where parts belong to cars.
      text = try Configs.setting("feeds.parts.parent", to: nil, in: text)
      text = try Configs.setting("feeds.cars.parent", to: #"{ "feed": "parts", "field": "id" }"#, in: text)
    }
    if path.hasPrefix("webhooks.ops.") {
      let hook = #"{ "url": "https://hooks.example/weir", "secret": "0123456789abcdef" }"#
      text = try Configs.setting("webhooks.ops", to: hook, in: text)
    }
    if path.contains(".pagination."), !given.isEmpty {
      let pagination = path.split(separator: ".").prefix(3).joined(separator: ".")
      let value = JSONValue.object(given + [JSONMember(name: "page_size", value: .number("100"))])
      text = try Configs.setting(pagination, to: value.encoded, in: text)
    }
    if path.contains(".pagination.windows.") {
      text = try Configs.setting("feeds.cars.pagination.windows", to: #"{ "from": "2015-01-01" }"#, in: text)
    }
    return text
  }

  private static func setting(_ setting: SchemaWalk.Setting, to value: String?) throws -> String {
    try Configs.setting(setting.path, to: value, in: base(for: setting.path, beside: setting.given))
  }

  private static func isRefused(_ setting: SchemaWalk.Setting, _ value: String) throws -> Bool {
    try Configs.problems(Self.setting(setting, to: value)).contains { $0.path == setting.path }
  }

  @Test("the schema was found, and holds the objects and settings that a pipeline is made of")
  func walk() throws {
    let walk = try SchemaWalk.whole.get()
    #expect(walk.objects.count >= 15 && walk.settings.count > walk.objects.count)
    #expect(try Configs.problems(Self.base()).isEmpty)
  }

  @Test("an object has the members that the schema lists, and the reader knows no other", arguments: SchemaWalk.objects)
  func members(object: SchemaWalk.Object) throws {
    let value = JSONValue.object(object.given + [JSONMember(name: Self.stranger, value: .null)]).encoded
    let place = object.path.isEmpty ? Self.stranger : "\(object.path).\(Self.stranger)"
    let problems = try Configs.problems(Configs.setting(object.path, to: value, in: Self.base(for: object.path)))
    let message = try #require(problems.first { $0.path == place }?.message, "\(problems)")
    let known = try #require(message.split(separator: "here may stand: ").last)
    #expect(Set(known.split(separator: ", ").map(String.init)) == object.members)
  }

  @Test("what the schema requires is missed by the reader, and nothing else is", arguments: SchemaWalk.objects)
  func required(object: SchemaWalk.Object) throws {
    for member in object.members.sorted() {
      let path = object.path.isEmpty ? member : "\(object.path).\(member)"
      let missing = try Configs.problems(Configs.setting(path, to: nil, in: Self.base(for: path, beside: object.given)))
        .contains(ConfigProblem(path, "is missing"))
      #expect(missing == object.required.contains(member), "\(path)")
    }
  }

  @Test("the words of a choice are the same", arguments: SchemaWalk.settings.filter { $0.words != nil })
  func words(setting: SchemaWalk.Setting) throws {
    let problems = try Configs.problems(Self.setting(setting, to: "\"\(Self.stranger)\""))
    let message = try #require(problems.first { $0.path == setting.path }?.message, "\(problems)")
    let known = Set(try #require(message.split(separator: "is not one of: ").last).split(separator: ", "))
    // Two objects are told apart by the word itself: each has one of them.
    if setting.keyword("enum") == nil {
      #expect(setting.words?.allSatisfy { known.contains(Substring($0)) } == true, "\(message)")
    } else {
      #expect(known == Set((setting.words ?? []).map { Substring($0) }))
    }
  }

  @Test(
    "numbers are taken on both edges and refused beyond them",
    arguments: SchemaWalk.settings.filter { $0.keyword("minimum") != nil && $0.range == nil }
  )
  func numbers(setting: SchemaWalk.Setting) throws {
    let isWhole = setting.keyword("type") == .string("integer")
    guard case .number(let lowest) = setting.keyword("minimum"), case .number(let highest) = setting.keyword("maximum")
    else { throw Unclear() }
    let (least, most) = (try #require(Double(lowest)), try #require(Double(highest)))
    for value in [lowest, highest, "\"${NUMBER:-\(lowest)}\""] {
      #expect(try Configs.problems(Self.setting(setting, to: value)).isEmpty, "\(value)")
    }
    let beyond = isWhole ? ["\(Int(least) - 1)", "\(Int(most) + 1)", "1.5"] : ["\(least / 2)", "\(most + 1)"]
    for value in beyond + ["\"${NUMBER:-\(Int(most) + 1)}\"", "\"\(lowest)\"", "null"] {
      #expect(try Self.isRefused(setting, value), "\(value)")
    }
  }

  @Test(
    "times and sizes are taken on both edges that the schema describes and refused beyond them",
    arguments: SchemaWalk.settings.filter { $0.range != nil }
  )
  func ranges(setting: SchemaWalk.Setting) throws {
    let range = try #require(setting.range)
    let (least, most, unit) = try #require(Configs.edges(range.lowest, range.highest))
    for value in [range.lowest, range.highest, "\(least)\(unit)", "\(most)\(unit)"] {
      #expect(try Configs.problems(Self.setting(setting, to: "\"\(value)\"")).isEmpty, "\(value)")
    }
    for value in ["\(least - 1)\(unit)", "\(most + 1)\(unit)", ""] {
      #expect(try Self.isRefused(setting, "\"\(value)\""), "\(value)")
    }
  }

  @Test(
    "a default of the schema is what the reader takes when nothing is said",
    arguments: SchemaWalk.settings.filter { $0.schema["default"] != nil }
  )
  func defaults(setting: SchemaWalk.Setting) throws {
    func read(_ value: String?) throws -> String {
      var shown = ""
      dump(try Configs.read(Self.setting(setting, to: value)), to: &shown)
      return shown
    }
    #expect(try read(setting.schema["default"]?.encoded) == read(nil))
  }

  @Test("text that has to say something is refused when it is empty", arguments: SchemaWalk.settings)
  func empty(setting: SchemaWalk.Setting) throws {
    guard setting.keyword("minLength") == .number("1") else { return }
    #expect(try Self.isRefused(setting, "\"\""))
  }

  private struct Unclear: Error {}
}
