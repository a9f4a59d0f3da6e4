import LZ4
import SystemPackage
import TestSupport
import Testing

@testable import Spool

/// Every damage to a segment is reported, wherever it is: nothing is read by halves.
struct DamageTests {
  /// What happens to a part of a file.
  enum Damage: CaseIterable {
    case flippedBit
    case zeroedByte
    case onesByte
    case zeroedSector
    case removedByte
    case doubledByte
    case swappedNeighbours
    case cutOff

    /// Nil when it changes nothing there.
    func apply(to bytes: [UInt8], at place: Int) -> [UInt8]? {
      var damaged = bytes
      switch self {
      case .flippedBit: damaged[place] ^= 1 << (place % 8)
      case .zeroedByte: damaged[place] = 0
      case .onesByte: damaged[place] = 0xFF
      case .zeroedSector: for index in place..<min(place + 512, bytes.count) { damaged[index] = 0 }
      case .removedByte: damaged.remove(at: place)
      case .doubledByte: damaged.insert(bytes[place], at: place)
      case .swappedNeighbours: if place + 1 < bytes.count { damaged.swapAt(place, place + 1) }
      case .cutOff: damaged.removeSubrange(place...)
      }
      return damaged == bytes ? nil : damaged
    }
  }

  /// A segment of its own for each case, in a place that is none of a spool.
  struct Subject {
    let folder: TemporarySpool
    let path: FilePath
    let bytes: [UInt8]
    let lines: [String]

    init(lines: [String] = Samples.lines(40, seed: 1, longest: 60)) throws {
      folder = try TemporarySpool()
      self.lines = lines
      bytes = try Samples.read(folder.publish(lines, name: Samples.name(42)))
      path = folder.directory.appending(Samples.name(42).fileName)
    }

    /// What a reader says of other bytes under the segment's name; nil when it takes them for whole.
    func verdict(on other: [UInt8]) throws -> SpoolError? {
      try Samples.write(other, to: path)
      do {
        _ = try TemporarySpool.read(path)
        return nil
      } catch let error as SpoolError {
        return error
      }
    }

    func isReported(_ other: [UInt8]) throws -> Bool {
      guard case .damaged(path, _) = try verdict(on: other) else { return false }
      return true
    }
  }

  @Test("every damage in every place is reported", arguments: Damage.allCases)
  func grid(damage: Damage) throws {
    let subject = try Subject()
    var unnoticed: [Int] = []
    for place in subject.bytes.indices {
      guard let damaged = damage.apply(to: subject.bytes, at: place) else { continue }
      if try !subject.isReported(damaged) { unnoticed.append(place) }
    }
    #expect(unnoticed.isEmpty)
    print("\(damage) in each of \(subject.bytes.count) places: \(unnoticed.count) unnoticed")
  }

  @Test("every single flipped bit is reported")
  func everyBit() throws {
    let subject = try Subject(lines: Samples.lines(12, seed: 2, longest: 40))
    var unnoticed: [Int] = []
    for bit in 0..<subject.bytes.count * 8 {
      var damaged = subject.bytes
      damaged[bit / 8] ^= 1 << (bit % 8)
      if try !subject.isReported(damaged) { unnoticed.append(bit) }
    }
    #expect(unnoticed.isEmpty)
    print("\(subject.bytes.count * 8) flipped bits: \(unnoticed.count) unnoticed")
  }

  @Test("the whole segment is taken for whole")
  func whole() throws {
    let subject = try Subject()
    #expect(try subject.verdict(on: subject.bytes) == nil)
  }

  @Test("what is not one data frame and one footer is reported")
  func otherForms() throws {
    let subject = try Subject()
    let footer = FooterFrame.encode(try SegmentReader.footer(of: written(subject)))
    let data = Array(subject.bytes.dropLast(footer.count))
    let skipped = SkippableFrame.frame(kind: 0, payload: Array("{}".utf8))
    let empty = Array(data[..<7]) + [0, 0, 0, 0, 0x05, 0x5D, 0xCC, 0x02]  // a frame without content
    let forms: [(String, [UInt8])] = [
      ("empty", []), ("zeros", [UInt8](repeating: 0, count: 4096)), ("text", Array("{\"id\":1}\n".utf8)),
      ("data alone", data), ("footer alone", footer), ("footer twice", data + footer + footer),
      ("data twice", data + data + footer), ("another frame before", skipped + data + footer),
      ("another frame between", data + skipped + footer), ("another frame after", data + footer + skipped),
      ("data after the footer", data + footer + data), ("twice the whole", subject.bytes + subject.bytes),
      ("a newline after it", subject.bytes + [0x0A]), ("no content", empty + footer), ("footer first", footer + data),
      ("an empty frame before", empty + data + footer),
    ]
    for (name, bytes) in forms { #expect(try subject.isReported(bytes), "\(name)") }
  }

  @Test("a data frame without the checksums is refused")
  func foreignFrame() async throws {
    let subject = try Subject()
    let footer = FooterFrame.encode(try SegmentReader.footer(of: written(subject)))
    for options in ["-B5 -BX --no-frame-crc", "-B5", "-B5 -BD -BX"] {
      let made = subject.folder.directory.appending("made.lz4")
      let run = try await Programs.shell(
        "lz4 -dcq \(subject.folder.root)/cars/fetched/ready/*.lz4 | lz4 -qfz \(options) - \(made)"
      )
      #expect(run.status == 0, "\(run.errors)")
      #expect(try subject.isReported(Samples.read(made) + footer), "\(options)")
    }
  }

  @Test("a footer that counts otherwise is reported", arguments: [-1, 1])
  func miscounted(by difference: Int) throws {
    let subject = try Subject()
    let right = try SegmentReader.footer(of: written(subject))
    let data = Array(subject.bytes.dropLast(FooterFrame.encode(right).count))
    for change in [\SegmentFooter.records, \.bytes] {
      var wrong = right
      wrong[keyPath: change] += difference
      #expect(try subject.isReported(data + FooterFrame.encode(wrong)))
    }
  }

  @Test("a last line without end is reported")
  func unfinishedLine() throws {
    let subject = try Subject()
    var footer = try SegmentReader.footer(of: written(subject))
    var frame: [UInt8] = []
    var encoder = try FrameEncoder()
    let content = Array("{}\n{}".utf8)
    encoder.append(content.span) { for index in $0.indices { frame.append($0[index]) } }
    encoder.finish { for index in $0.indices { frame.append($0[index]) } }
    (footer.records, footer.bytes) = (2, 6)
    #expect(try subject.isReported(frame + FooterFrame.encode(footer)))
    (footer.records, footer.bytes) = (1, 3)
    #expect(try subject.isReported(frame + FooterFrame.encode(footer)))
  }

  @Test("a segment under another name is reported, by the footer alone too")
  func wrongName() throws {
    let folder = try TemporarySpool()
    let queue = try folder.spool.queue(.fetched, feed: "cars")
    let bytes = try Samples.read(folder.publish(["{}"], name: Samples.name(1)))
    let other = queue.path(of: Samples.name(2), in: .ready)
    try Samples.write(bytes, to: other)
    #expect(throws: SpoolError.self) { try SegmentReader.footer(of: other) }
    #expect(throws: SpoolError.self) { try TemporarySpool.read(other) }
  }

  @Test("a segment in another feed's queue, or in another queue, is reported")
  func wrongPlace() throws {
    let folder = try TemporarySpool()
    let bytes = try Samples.read(folder.publish(["{}"], name: Samples.name(1)))
    for (feed, queue) in [("homes", QueueName.fetched), ("cars", .hashed)] {
      let path = try folder.spool.queue(queue, feed: feed).path(of: Samples.name(1), in: .ready)
      try Samples.write(bytes, to: path)
      #expect(throws: SpoolError.self) { try TemporarySpool.read(path) }
    }
    let elsewhere = folder.directory.appending(Samples.name(1).fileName)
    try Samples.write(bytes, to: elsewhere)
    #expect(try TemporarySpool.read(elsewhere).lines == ["{}"], "a copy outside a spool is read")
  }

  /// The segment as it is, where the subject's other bytes are put later.
  private func written(_ subject: Subject) throws -> FilePath {
    try Samples.write(subject.bytes, to: subject.path)
    return subject.path
  }
}
