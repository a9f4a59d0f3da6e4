import Foundation
import JSONText
import PipelineConfig
import SystemPackage
import Telemetry
import TestSupport
import Testing

/// The file itself: all that is wrong with it, and what it may never give away.
struct FileTests {
  /// A configuration in a file of its own.
  private static func reading(_ bytes: some Sequence<UInt8>) throws -> Result<Pipeline, any Error> {
    let folder = try TemporarySpool()
    let file = folder.directory.appending("pipeline.json")
    try Data(bytes).write(to: URL(filePath: file.string))
    return Result { try Pipeline(contentsOf: file, environment: ["TOKEN": Configs.canary]) }
  }

  @Test("six different mistakes in a file are six problems with these paths, in the order of reading")
  func six() throws {
    var text = Configs.good
    for (right, wrong) in [
      ("\"path\": \"spool\"", "\"path\": 7"), ("https://shop.example/api", "ftp://shop.example"),
      ("\"odata\", \"page_size\": 100", "\"odata\", \"page_size\": 0"), ("\"cursor\": \"at\"", "\"curser\": \"at\""),
      ("\"key\": [\"id\"], \"table\": \"part\"", "\"key\": [\"no\"], \"table\": \"part\""),
      ("\"timestamptz\"", "\"money\""),
    ] {
      #expect(text.contains(right))
      text = text.replacing(right, with: wrong)
    }
    let problems = try Configs.problems(text)
    let expected = [
      "spool.path", "sources.shop.base_url", "feeds.cars.pagination.page_size", "feeds.cars.columns.at",
      "feeds.cars.curser", "feeds.parts.key",
    ]
    #expect(problems.map(\.path) == expected, "\(problems)")
    #expect(problems[4].message == "unknown setting; did you mean \"cursor\"?")

    let error = #expect(throws: InvalidConfig.self) { try Self.reading(text.utf8).get() }
    let lines = (error?.description ?? "").split(separator: "\n")
    #expect(lines.count == 7 && lines.first?.hasSuffix("pipeline.json: 6 problems") == true, "\(lines)")
    #expect(zip(lines.dropFirst(), expected).allSatisfy { $0.contains("/pipeline.json: \($1): ") }, "\(lines)")
  }

  @Test(
    "text that is no JSON is said with the line and the column where it ends to be",
    arguments: [("{\n  \"sources\": {},\n  \"feeds\": nul\n}", "line 3"), ("{\"sources\": [1,}", "line 1"), ("", "")]
  )
  func broken(text: String, place: String) throws {
    let problems = try Configs.problems(text)
    #expect(problems.count == 1 && problems[0].path.isEmpty && problems[0].message.hasPrefix("is not JSON: "))
    #expect(place.isEmpty || problems[0].message.contains("(\(place), column "), "\(problems)")
  }

  @Test("a file that cannot be read is said with its path and the reason", arguments: ["nowhere.json", "", "large"])
  func unreadable(name: String) throws {
    let folder = try TemporarySpool()
    let file = name.isEmpty ? folder.directory : folder.directory.appending(name)
    if name == "large" { try Data(count: 4 << 20 + 1).write(to: URL(filePath: file.string)) }
    let error = #expect(throws: ConfigFileError.self) { try Pipeline(contentsOf: file, environment: [:]) }
    #expect(error?.path == file && error?.reason.isEmpty == false)
    #expect(name != "large" || error?.reason == "is larger than 4 MiB")
    #expect(error?.description.contains("; next: ") == true)
  }

  @Test("a file of the greatest size is still read")
  func greatest() throws {
    let space = [UInt8](repeating: UInt8(ascii: " "), count: 4 << 20 - Configs.good.utf8.count)
    #expect(try Self.reading(Array(Configs.good.utf8) + space).get().feeds.count == 2)
  }

  @Test("a name that stands twice in an object is a problem at its place")
  func twice() throws {
    let text = Configs.good.replacing("\"path\": \"cars\",", with: "\"path\": \"cars\", \"path\": \"cars\",")
    #expect(try Configs.problems(text) == [ConfigProblem("feeds.cars.path", "is given twice")])
  }

  @Test("columns that PostgreSQL would cut to the same 63 bytes are told apart before it does")
  func cut() throws {
    let common = String(repeating: "x", count: 63)
    let text = try Configs.setting("feeds.cars.columns.\(common)a", to: "\"text\"")
    let problems = try Configs.problems(Configs.setting("feeds.cars.columns.\(common)b", to: "\"text\"", in: text))
    #expect(problems.contains { $0.path.hasSuffix("xb") && $0.message.contains("\(common)a") }, "\(problems)")
    #expect(try Configs.problems(Configs.setting("feeds.cars.columns.\(common)", to: "\"text\"")).isEmpty)
  }

  @Test("wherever a secret of the environment is put, no problem shows it, and no look at the value shows the token")
  func secretEverywhere() throws {
    let text = try Configs.setting("database.url", to: "\"postgresql://u:${TOKEN}@h/d\"")
    let pipeline = try Configs.read(text)
    var shown = "\(pipeline) \(String(reflecting: pipeline)) \(Mirror(reflecting: pipeline).children.map { "\($0)" })"
    dump(pipeline, to: &shown)
    #expect(shown.contains("shop.example") && !shown.contains(Configs.canary))
    #expect(pipeline.database.url?.reveal == "postgresql://u:\(Configs.canary)@h/d")

    var refused = 0
    for setting in SchemaWalk.settings where !setting.path.isEmpty {
      for value in ["${TOKEN}", "\u{1}${TOKEN}", "${TOKEN} ${TOKEN}", "${TOKEN}${NONE}", "/~${TOKEN}"].map(
        JSONValue.string
      ) {
        for value in [value, .array([value]), .array([value, value])] {
          let problems = try Configs.problems(Configs.setting(setting.path, to: value.encoded, in: text))
          refused += problems.isEmpty ? 0 : 1
          let said = "\(InvalidConfig(problems)) \(String(reflecting: problems))"
          #expect(!said.contains(Configs.canary), "\(setting.path): \(value)")
        }
      }
    }
    #expect(refused > SchemaWalk.settings.count, "the values were refused, so there was something to say")
  }
}
