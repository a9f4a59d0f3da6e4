import Foundation
import JSONText
import SystemPackage
import TestSupport
import Testing

/// Hashes of real records, computed a second time by somebody else.
@Suite(
  .postgres,
  .enabled(if: Programs.hasSharedData, "no ../shared/data beside the project: independent hashes are skipped")
)
struct IndependentHashTests {
  /// The recipe of the README in Python: names by their UTF-16 units, decimals as written without what says nothing.
  static let recipe = #"""
    import sys, json, hashlib
    from decimal import Decimal
    excluded = set(sys.argv[1].split(","))
    def number(text):
        sign, digits, exponent = Decimal(text).as_tuple()
        digits = "".join(map(str, digits)).lstrip("0")
        point = len(digits) + exponent
        digits = digits.rstrip("0")
        if not digits: return "0"
        n = len(digits)
        if n <= point <= 21: body = digits + "0" * (point - n)
        elif 0 < point <= 21: body = digits[:point] + "." + digits[point:]
        elif -6 < point <= 0: body = "0." + "0" * -point + digits
        else: body = digits[0] + ("." + digits[1:] if n > 1 else "") + "e" + ("+" if point > 0 else "-") + str(abs(point - 1))
        return ("-" if sign else "") + body
    class Number(str): pass
    def form(value):
        if isinstance(value, Number): return number(value)
        if isinstance(value, dict):
            names = sorted(value, key=lambda name: name.encode("utf-16-be"))
            return "{" + ",".join(form(name) + ":" + form(value[name]) for name in names) + "}"
        if isinstance(value, list): return "[" + ",".join(map(form, value)) + "]"
        return json.dumps(value, ensure_ascii=False)
    for line in sys.stdin:
        record = json.loads(line, parse_int=Number, parse_float=Number)
        kept = {name: record[name] for name in record if name not in excluded}
        print(hashlib.md5(form(kept).encode()).hexdigest())
    """#

  struct Source: CustomTestStringConvertible, Sendable {
    var file: String
    var excluded: [String]
    var testDescription: String { file }
  }

  static let sources = [
    Source(file: "epa-vehicles/2019-06-04.ndjson.gz", excluded: ["modifiedOn", "fuelCost08"]),
    Source(file: "epa-vehicles/2017-03-10.ndjson.gz", excluded: ["createdOn"]),
    Source(file: "albany/2025-10-05-listings.ndjson.gz", excluded: ["last_scraped"]),
    Source(file: "albany/2025-10-05-reviews.ndjson.gz", excluded: ["none"]),
  ]

  @Test("every record's hash is the one that Python computes", arguments: sources)
  func agree(source: Source) async throws {
    let excluded = source.excluded.map { "\"\($0)\"" }.joined(separator: ",")
    let load = try await SpoolLoad(
      columns: #""raw": {"from": "", "type": "jsonb"}"#,
      settings: "\"hash\": {\"exclude\": [\(excluded)]},",
      table: "raw jsonb"
    )
    let path = Programs.sharedData.appending(source.file).string
    let records = try await load.shell("zcat '\(path)'").lines
    #expect(records.count > 100)
    try load.publish(records)
    let script = load.pipeline.directory.appending("recipe.py").string
    try Data(Self.recipe.utf8).write(to: URL(filePath: script))
    let segment = "spool/items/hashed/ready/*-000001.ndjson.lz4"
    let hashed = try await load.shell(
      "weir-hash --feed items >/dev/null && lz4 -dc \(segment) | jq -r .hash"
    )
    let names = source.excluded.joined(separator: ",")
    let theirs = try await load.shell("zcat '\(path)' | python3 '\(script)' \(names)")
    #expect(theirs.lines.count == records.count, "\(theirs.errors)")
    let differing = zip(hashed.lines, theirs.lines).filter { $0 != $1 }
    #expect(hashed.lines.count == records.count && differing.isEmpty, "\(hashed.errors) \(differing.prefix(3))")
  }

  @Test("of a thousand real records every field counts, and no writing of it does")
  func fields() async throws {
    let path = Programs.sharedData.appending("epa-vehicles/2019-06-04.ndjson.gz").string
    let load = try await SpoolLoad(columns: #""raw": {"from": "", "type": "jsonb"}"#, table: "raw jsonb")
    let source = try await load.shell("zcat '\(path)' | sed -n 1,1000p").lines
    #expect(source.count == 1000)
    var random = SeededGenerator(seed: 5)
    var records: [String] = []
    for line in source {
      guard case .object(let members) = try JSONValue(parsing: line) else { continue }
      records += [line, Self.spelled(members.shuffled(using: &random))]
      for index in members.indices where members[index].name != "id" {
        var changed = members
        changed[index].value = Self.changed(changed[index].value)
        records.append(JSONValue.object(changed).encoded)
      }
    }
    try load.publish(records)
    let segment = "spool/items/hashed/ready/*-000001.ndjson.lz4"
    let done = try await load.shell("weir-hash --feed items >/dev/null && lz4 -dc \(segment) | jq -r .hash")
    // The second writing of each is an exact repeat of the first, and was dropped for that: so their hashes are alike.
    #expect(done.lines.count == records.count - source.count, "\(done.errors)")
    #expect(Set(done.lines).count == done.lines.count, "every change of one field gives a hash of its own")
    #expect(records.count > 80_000)
  }

  private static func changed(_ value: JSONValue) -> JSONValue {
    switch value {
    case .number(let text): .number(text.hasPrefix("-") ? String(text.dropFirst()) : "-1\(text)")
    case .string(let text): .string(text + " ")
    case .null: .string("null")
    case .bool(let value): .bool(!value)
    case .array, .object: .null
    }
  }

  /// The same record in another writing: spaces, escapes, numbers with zeros and exponents.
  private static func spelled(_ members: [JSONMember]) -> String {
    let parts = members.map { member in
      let value: String =
        switch member.value {
        case .number(let text) where text.contains("."): "\(text)0e0"
        case .number(let text): "\(text).0"
        case .string(let text): "\"\(text.unicodeScalars.map(escaped).joined())\""
        default: member.value.encoded
        }
      return " \(JSONText.quoted(member.name)) :\t\(value)"
    }
    return "{\(parts.joined(separator: " ,"))  }"
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    guard scalar.value < 0x10000 else { return "\(scalar)" }
    let digits = String(scalar.value, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
