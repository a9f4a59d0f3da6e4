import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Spool

/// Notes of a program that may be killed, for the next one.
struct SlotTests {
  private static func slots(_ spool: TemporarySpool) throws -> StateSlots {
    try Spool(root: spool.root).stateSlots("notes", feed: "cars")
  }

  private static func file(_ spool: TemporarySpool) -> URL {
    URL(filePath: spool.root.appending("cars/state/notes").string)
  }

  @Test("what was written last in a slot is read, by another program too; a cleared slot holds nothing")
  func slots() throws {
    let spool = try TemporarySpool()
    do {
      let slots = try Self.slots(spool)
      for slot in 0..<3 { #expect(try slots.read(slot: slot) == nil) }
      try slots.write(Array("a longer note than the next one".utf8), slot: 1)
      try slots.write(Array("first".utf8), slot: 1)
      try slots.write([], slot: 2)
    }
    let other = try Self.slots(spool)
    #expect(try other.read(slot: 0) == nil && other.read(slot: 1) == Array("first".utf8) && other.read(slot: 2) == [])
    let longest = [UInt8](repeating: 0x61, count: StateSlots.noteByteCountMax)
    try other.write(longest, slot: 1)
    #expect(try other.read(slot: 1) == longest && other.read(slot: 2) == [])
    try other.write(longest + [0x61], slot: 1)
    #expect(try other.read(slot: 1) == nil, "too long to be kept")
    try other.write([1], slot: 2)
    try other.clear(slot: 2)
    #expect(try other.read(slot: 2) == nil)
  }

  @Test("no note is read that is torn, changed, or of another start of the machine")
  func damaged() throws {
    let spool = try TemporarySpool()
    let note = Array(#"{"records":100}"#.utf8)
    try Self.slots(spool).write(note, slot: 0)
    let whole = try Data(contentsOf: Self.file(spool))
    for index in whole.indices.dropLast() {
      var data = whole
      data[index] ^= 1
      try data.write(to: Self.file(spool))
      let read = try Self.slots(spool).read(slot: 0)
      #expect(read == nil, "byte \(index)")
    }
    for count in 0..<(whole.count - 1) {
      try whole.prefix(count).write(to: Self.file(spool))
      let read = try Self.slots(spool).read(slot: 0)
      #expect(read == nil, "cut at \(count)")
    }
    let boot = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8).prefix(36)
    let text = String(decoding: whole, as: UTF8.self)
    #expect(text.hasPrefix(boot))
    let other = text.replacing(boot, with: UUID().uuidString.lowercased())
    try Data(other.utf8).write(to: Self.file(spool))
    #expect(try Self.slots(spool).read(slot: 0) == nil)
    try whole.write(to: Self.file(spool))
    #expect(try Self.slots(spool).read(slot: 0) == note)
  }
}
