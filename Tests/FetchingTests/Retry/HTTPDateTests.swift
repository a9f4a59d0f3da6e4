import Foundation
import TestSupport
import Testing

@testable import Fetching

struct HTTPDateTests {
  @Test("a date as a server writes it is read to the second", arguments: 0..<200 as Range<UInt64>)
  func written(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let seconds = Int.random(in: -2_000_000_000...20_000_000_000, using: &random)
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    let text = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
    #expect(HTTPDate.seconds(text) == seconds, "\(text)")
  }

  @Test(
    "anything else is no date",
    arguments: [
      "", "GMT", "06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 +0000",
      "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 31 Feb 1994 08:49:37 GMT",
      "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
      "Sun, -6 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z", "784111777",
    ]
  )
  func refused(text: String) {
    #expect(HTTPDate.seconds(text) == nil)
  }
}
