import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Spool

/// How the programs of a feed hear that memory is short.
struct PressureTests {
  @Test("what was asked of a feed's programs holds for them alone, for half a minute")
  func holds() throws {
    let folder = try TemporarySpool()
    defer { withExtendedLifetime(folder) {} }
    let spool = try Spool(root: folder.root)
    #expect(try spool.pressure(feed: "cars") == 0)
    let state = spool.root.appending("cars/state/pressure").string
    #expect(!FileManager.default.fileExists(atPath: state), "asking makes nothing")
    try spool.setPressure(3, feed: "cars", now: .seconds(1000))
    #expect(try spool.pressure(feed: "cars", now: .seconds(1001)) == 3)
    #expect(try spool.pressure(feed: "cars", now: .seconds(1030)) == 3)
    #expect(try spool.pressure(feed: "cars", now: .seconds(1031)) == 0, "its writer may have been killed")
    #expect(try spool.pressure(feed: "vans", now: .seconds(1001)) == 0)
    try spool.setPressure(0, feed: "cars", now: .seconds(1002))
    #expect(try spool.pressure(feed: "cars", now: .seconds(1003)) == 0)
  }

  @Test("what nobody could have asked is nothing", arguments: ["", "x", "9 99999999", "-1 99999999", "1", "1 x"])
  func strange(text: String) throws {
    let folder = try TemporarySpool()
    defer { withExtendedLifetime(folder) {} }
    let spool = try Spool(root: folder.root)
    try spool.stateSlots("pressure", feed: "cars").write(Array(text.utf8), slot: 0)
    #expect(try spool.pressure(feed: "cars") == 0)
  }

  @Test("a gauge tells of the feed that is worked on, and hears of a change")
  func gauge() throws {
    let folder = try TemporarySpool()
    defer { withExtendedLifetime(folder) {} }
    let spool = try Spool(root: folder.root)
    let gauge = PressureGauge(spool, isHeeded: true)
    #expect(gauge.level == 0)
    try spool.setPressure(2, feed: "cars")
    gauge.watch("vans")
    #expect(gauge.level == 0)
    gauge.watch("cars")
    #expect(gauge.level == 2)
    try spool.setPressure(4, feed: "cars")
    while gauge.level != 4 { usleep(10_000) }
    #expect(PressureGauge(spool, feed: "cars").level == 0, "nobody watches this program's memory")
  }
}
