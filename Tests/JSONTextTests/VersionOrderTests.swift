import Foundation
import JSONText
import TestSupport
import Testing

struct VersionOrderTests {
  @Test(
    "a timestamp becomes its moment in UTC with all its digits",
    arguments: [
      ("2024-01-06T04:39:08Z", "2024-01-06T04:39:08.000000000Z"),
      ("2024-01-06T04:39:08.12+01:00", "2024-01-06T03:39:08.120000000Z"),
      ("2024-01-06 00:30:00-05:00", "2024-01-06T05:30:00.000000000Z"),
      ("2024-03-01", "2024-03-01T00:00:00.000000000Z"),
      ("2024-02-29T23:59:60Z", "2024-03-01T00:00:00.000000000Z"),
      ("2024-01-06T04:39:08.1234567891Z", "2024-01-06T04:39:08.123456789Z"),
      ("9999-12-31T23:59:59-05:00", "9999-12-31T23:59:59.000000000Z"),
      ("0001-01-01T00:00:00+05:00", "0000-12-31T19:00:00.000000000Z"),
      ("1969-12-31T23:59:59.5", "1969-12-31T23:59:59.500000000Z"),
      ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000000Z"),
      ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000000000Z"),
      ("2000-02-29T12:00Z", "2000-02-29T12:00:00.000000000Z"),
    ]
  )
  func timestamps(written: String, sortable: String) {
    #expect(VersionOrder.normalise(written, type: .timestamp) == sortable)
  }

  @Test(
    "what is no moment of the calendar is refused",
    arguments: [
      "", "2024-02-30", "2023-02-29T00:00:00Z", "1900-02-29", "2024-13-01", "+20240-02-08", "0000-12-30", "infinity",
      "2024-01-06T24:00:00Z", "2024-01-06T04:39:08.Z", "2024-01-06T04:39:08Zx", "Tue Jan 01 00:00:00 EST 2013",
    ]
  )
  func refused(written: String) { #expect(VersionOrder.normalise(written, type: .timestamp) == nil) }

  @Test("the byte order of integers is their order", arguments: 0..<100 as Range<UInt64>)
  func integers(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let numbers = [
      Int64.min, -1, 0, 1, .max, .random(in: .min ... .max, using: &random), .random(in: -99...99, using: &random),
    ]
    for left in numbers {
      for right in numbers {
        let forms = try [left, right].map { try #require(VersionOrder.normalise("\($0)", type: .integer)) }
        #expect(
          Array(forms[0].utf8).lexicographicallyPrecedes(Array(forms[1].utf8)) == (left < right),
          "\(left) \(right)"
        )
      }
    }
  }

  @Test("Foundation's calendar agrees, whatever the offset", arguments: 0..<500 as Range<UInt64>)
  func calendar(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let moment = Date(timeIntervalSince1970: Double(Int.random(in: -62_135_596_800...253_402_214_400, using: &random)))
    let offset = Int.random(in: -14...14, using: &random)
    let zone = try #require(TimeZone(secondsFromGMT: offset * 3600))
    let utc = moment.formatted(.iso8601)
    let local = moment.formatted(Date.ISO8601FormatStyle(timeZone: zone))
    guard utc.count == 20, local.prefix(4) != "0000", local.prefix(5) != "10000" else { return }
    #expect(VersionOrder.normalise(local, type: .timestamp) == utc.dropLast() + ".000000000Z", "\(local)")
  }
}
