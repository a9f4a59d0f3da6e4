import Crypto
import JSONText
import TestSupport
import Testing

/// The hash is the MD5 of the canonical form, worked out here without any of the code that makes it.
struct CanonicalFormTests {
  private static func md5(_ text: String) -> String {
    "\"\(Insecure.MD5.hash(data: Array(text.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())\""
  }

  @Test(
    "the hash is the MD5 of the canonical form that is written here by hand",
    arguments: [
      (#"{}"#, #"{}"#),
      (#"{"b":1,"a":{"d":1,"c":[]}}"#, #"{"a":{"c":[],"d":1},"b":1}"#),
      (#"{"a":[1,"1",true,null]}"#, #"{"a":[1,"1",true,null]}"#),
      (#"{"a":1,"b":2,"a":3}"#, #"{"a":3,"b":2}"#),
      (#"{"a":1,"\u0061":{"x":1,"x":2}}"#, #"{"a":{"x":2}}"#),
      // Without the excluded fields at the top, and with those of that name below.
      (#"{"stamp":1,"a":{"stamp":2},"st\u0061mp":3}"#, #"{"a":{"stamp":2}}"#),
      (#"{"Stamp":1," stamp":2}"#, #"{" stamp":2,"Stamp":1}"#),
      // RFC 8785 §3.2.3: by UTF-16 units, where U+1F600 comes before U+FB33.
      (
        #"{"\u20ac":"Euro","\r":"CR","\ufb33":"Dalet","1":"One","\ud83d\ude00":"Smile","\u0080":"C","\u00f6":"O"}"#,
        "{\"\\r\":\"CR\",\"1\":\"One\",\"\u{80}\":\"C\",\"ö\":\"O\",\"€\":\"Euro\",\"😀\":\"Smile\",\"\u{FB33}\":\"Dalet\"}"
      ),
      // RFC 8785 §3.2.2, but for the first number, which keeps its digits, and the last, which no double holds.
      (
        #"{"n":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001,9007199254740993]}"#,
        #"{"n":[333333333.33333329,1e+30,4.5,0.002,1e-27,9007199254740993]}"#
      ),
      (#"{"s":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/"}"#, #"{"s":"€$\u000f\nA'B\"\\\\\"/"}"#),
    ]
  )
  func byHand(record: String, canonical: String) throws {
    let record = "{\"id\":1\(record == "{}" ? "" : ",")\(record.dropFirst())"
    #expect(try HashTrial(exclude: ["id", "stamp"], cursor: nil).hash([record]).hashes == [Self.md5(canonical)])
  }

  @Test(
    "however a made record is written its hash is the MD5 of its canonical form, and one changed value makes another",
    arguments: 0..<60 as Range<UInt64>
  )
  func made(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let original = MadeValue.object(depth: 4, using: &random)
    var values = Array(repeating: original, count: 4)
    for _ in 0..<12 {
      let changed = original.changed(using: &random)
      if changed.canonical != original.canonical { values.append(changed) }
    }
    let texts = values.enumerated().map { number, value in
      let written = value.written(using: &random).drop { $0 != "{" }.dropFirst()
      return "{\"id\":\(number)\(value.canonical == "{}" ? "" : ",")\(written)"
    }
    let hashes = try HashTrial(exclude: ["id"], cursor: nil).hash(texts).hashes
    #expect(hashes == values.map { Self.md5($0.canonical) }, "\(texts)")
    #expect(hashes.count > 6 && !hashes.dropFirst(4).contains(hashes[0]))
  }
}
