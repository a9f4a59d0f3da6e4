internal import FoundationEssentials
internal import NIOHTTP1

/// What the vendor's clock shows, as far as its answers tell.
enum VendorClock {
  /// Seconds since 1970 by the header `Date`; by this machine's clock when there is none that can be read.
  static func now(_ headers: HTTPHeaders) -> Double {
    headers.first(name: "Date").flatMap { HTTPDate.seconds($0) }.map(Double.init) ?? Date.now.timeIntervalSince1970
  }

  /// The earliest time that the vendor's clock can have shown when the request went out.
  ///
  /// The vendor stamps its answer some time between the two, with its clock, in whole seconds: going back by the whole
  /// wait is too early by that wait and a second at most, and costs records that are read twice. Taking this machine's
  /// clock where the two seem to agree would be finer, and wrong by the wait of a slow answer.
  ///
  /// - Parameters:
  ///   - sent: When the first request went out, by this machine's clock.
  ///   - received: When its answer was there.
  ///   - date: The answer's `Date`; without one that can be read, this machine's time has to do.
  /// - Returns: A time that is not after the one that the vendor's clock showed.
  static func beginning(sent: Date, received: Date, date: String?) -> Date {
    guard let seconds = date.flatMap({ HTTPDate.seconds($0) }) else { return sent }
    return Date(timeIntervalSince1970: Double(seconds)) - received.timeIntervalSince(sent)
  }
}
