import Testing

@testable import Control

/// When the programs of a run have to do with less memory.
struct MemoryTests {
  /// Bytes seen at a second, and the level that they lead to.
  private static func levels(_ seen: [(second: Int, bytes: Int, isShort: Bool)], most: Int?) -> [Int] {
    var rule = PressureRule(most: most)
    return seen.map { look in
      _ = rule.see(look.bytes, isShort: look.isShort, levelMax: 5, at: .seconds(look.second))
      return rule.level
    }
  }

  @Test("near the bound one step is taken after another, and far below it they are taken back more slowly")
  func steps() {
    let near: [(Int, Int, Bool)] = [(0, 84, false), (1, 85, false), (2, 99, false), (3, 99, false), (5, 120, false)]
    #expect(Self.levels(near, most: 100) == [0, 1, 1, 2, 3])
    let long = (0..<20).map { (second: $0 * 2, bytes: 200, isShort: false) }
    #expect(Self.levels(long, most: 100).last == 5, "there is a last step")
    let back: [(Int, Int, Bool)] = [
      (0, 90, false), (9, 50, false), (10, 70, false), (10, 59, false), (19, 10, false), (20, 10, false),
    ]
    #expect(Self.levels(back, most: 100) == [1, 1, 1, 0, 0, 0])
  }

  @Test("without a bound the machine's own shortage counts")
  func machine() {
    let seen: [(Int, Int, Bool)] = [
      (0, 1 << 40, false), (1, 1 << 40, true), (3, 1, true), (12, 1, false), (13, 1, false),
    ]
    #expect(Self.levels(seen, most: nil) == [0, 1, 2, 2, 1])
  }

  @Test("what the machine has left is read as the kernel writes it")
  func meminfo() {
    let text = "MemTotal:        1000000 kB\nMemFree:          1 kB\nMemAvailable:     39999 kB\nBuffers: 1 kB\n"
    #expect(MachineMemory(meminfo: text)?.totalBytes == 1_024_000_000)
    #expect(MachineMemory(meminfo: text)?.isShort == true)
    #expect(MachineMemory(meminfo: text.replacing("39999", with: "90000"))?.isShort == false)
    #expect(MachineMemory(meminfo: text.replacing("MemAvailable", with: "Mem")) == nil)
    #expect(MachineMemory.now().map { $0.availableBytes <= $0.totalBytes } == true)
  }

  @Test(
    "feeds run side by side as far as there is memory for them",
    arguments: [
      (4, nil, 4), (4, 64, 1), (4, 256, 2), (4, 300, 2), (4, 4096, 4), (1, 4096, 1),
    ] as [(Int, Int?, Int)]
  )
  func lanes(feeds: Int, mebibytes: Int?, expected: Int) {
    var options = RunOptions(config: "p.json")
    options.feedsAtOnce = feeds
    options.maxMemory = mebibytes.map { $0 << 20 }
    #expect(options.lanesAtOnce == expected)
  }
}
