import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import VendorSimulator

/// Reading records from files.
struct LoadingTests {
  struct Bad: CustomTestStringConvertible {
    var text: String
    var words: String
    init(_ text: String, _ words: String) { (self.text, self.words) = (text, words) }
    var testDescription: String { text }
  }

  @Test(
    "a line that is no record is refused with its number and what is wrong",
    arguments: [
      Bad("{", "line 2: not JSON"), Bad("[1]", "line 2: not a JSON object"), Bad("{}", "\"Key\""),
      Bad(#"{"Key":null}"#, "\"Key\""), Bad(#"{"Key":[1]}"#, "\"Key\""), Bad(#"{"Key":1,"Stamp":2}"#, "--stamp"),
      Bad(#"{"Key":"first"}"#, "line 2: its key is there already"), Bad(#"{"Key":1} {"Key":2}"#, "line 2: not JSON"),
    ]
  )
  func refused(row: Bad) {
    let set = SetDescription(name: "Thing", key: ["Key"], stamp: "Stamp")
    let error = #expect(throws: VendorError.self) {
      try RecordLoader.table(from: Array("{\"Key\":\"first\"}\n\(row.text)".utf8), of: set, source: "file")
    }
    #expect(error?.description.contains(row.words) == true, "\(error?.description ?? "")")
    #expect(error?.exitStatus == .dataError)
  }

  @Test("white space around records is not theirs; inside it stays")
  func space() throws {
    let version = try SetVersion.of("\n  {\"Key\": 2 }\r\n\n{ \"Key\":1}\t")
    #expect(version.text(0) == "{ \"Key\":1}")
    #expect(version.text(1) == "{\"Key\": 2 }")
    #expect(version.table.count == 2)
  }

  @Test("keys sort by value, in any order of the file, and are told apart exactly")
  func keys() throws {
    let keys = [
      "-5", "-0.5", "0", "0.1", "2", "10", "9007199254740992", "9007199254740993", "1e30", #""""#, #""10""#, #""2""#,
      #""2\u0000""#, #""20""#, #""é""#,
    ]
    for order in [keys, keys.reversed(), keys.shuffled()] {
      let version = try SetVersion.of(order.map { #"{"Key":\#($0)}"# }.joined(separator: "\n"))
      #expect(try version.keys == keys)
    }
  }

  @Test("a key of two fields sorts as a tuple")
  func tuples() throws {
    let lines = [(2, "a"), (1, "b"), (10, ""), (1, "a"), (1, "ab")].map { #"{"K":\#($0),"L":"\#($1)"}"# }
    let version = try SetVersion.of(lines.joined(separator: "\n"), key: ["K", "L"])
    #expect((0..<5).map { version.text($0) } == [lines[3], lines[4], lines[1], lines[0], lines[2]])
  }

  @Test("a file is read plain, gzip or LZ4, as its name says")
  func compressed() async throws {
    let folder = try TestFolder()
    let plain = folder.path.appending("a.ndjson")
    let text = (0..<20_000).map { #"{"Key":\#($0),"Text":"some words"}"# }.joined(separator: "\n")
    try folder.write(text, to: plain)
    // Two gzip members one after another, as `cat a.gz b.gz` makes them, are one text.
    let made = try await Programs.shell(
      "lz4 -q \(plain) \(plain).lz4 && (head -c 1000 \(plain) | gzip; tail -c +1001 \(plain) | gzip) > \(plain).gz"
    )
    #expect(made.status == 0, "\(made.errors)")
    for name in [plain.string, plain.string + ".gz", plain.string + ".lz4"] {
      #expect(try RecordFile.read(name) == Array(text.utf8), "\(name)")
      #expect(throws: VendorError.self) { try RecordFile.read(name, maxBytes: 100_000) }
    }
    for name in ["a.ndjson.gz", "a.ndjson.lz4"] {
      let whole = try RecordFile.read(plain.string + (name.hasSuffix("gz") ? ".gz" : ".lz4"))
      #expect(!whole.isEmpty)
      let packed = try RawFile.bytes(folder.path.appending(name))
      for cut in [0, 1, 5, 20, packed.count / 2, packed.count - 1] {
        let damaged = folder.path.appending("cut-\(cut)-\(name)")
        try folder.write(Array(packed.prefix(cut)), to: damaged)
        #expect(throws: VendorError.self, "cut to \(cut)") { try RecordFile.read(damaged.string) }
      }
      var flipped = packed
      flipped[packed.count / 2] ^= 0x40
      try folder.write(flipped, to: folder.path.appending("flipped-\(name)"))
      #expect(throws: VendorError.self) { try RecordFile.read(folder.path.appending("flipped-\(name)").string) }
    }
  }

  @Test("a file that is not there is named, with exit status 66")
  func missing() {
    let error = #expect(throws: VendorError.self) { try RecordFile.read("/nowhere/a.ndjson") }
    #expect(error?.exitStatus == .noInput)
    #expect(error?.description.contains("/nowhere/a.ndjson") == true)
  }
}

enum RawFile {
  static func bytes(_ path: FilePath) throws -> [UInt8] {
    let copy = path.string + ".raw"
    try FileCopy.copy(path.string, to: copy)
    return try RecordFile.read(copy)
  }
}
