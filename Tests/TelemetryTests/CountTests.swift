import Testing

@testable import Telemetry

/// Counts, times and memory as a person reads them.
struct CountTests {
  @Test(
    "counts are said in the order of the work, others by name, and zeros too",
    arguments: [
      ([:], ""), (["orphaned": 0], "orphaned 0"),
      (["inserted": 59_990, "segments": 3, "records": 60_000], "segments 3, records 60,000, inserted 59,990"),
      (["zebra": 1, "ant": 2, "unseen": 3, "pages": 4], "pages 4, unseen 3, ant 2, zebra 1"),
    ] as [([String: Int], String)]
  )
  func sentence(counts: [String: Int], expected: String) { #expect(CountText.sentence(counts) == expected) }

  @Test(
    "thousands are set apart, to both ends of what an Int holds",
    arguments: [
      (0, "0"), (-1, "-1"), (999, "999"), (1000, "1,000"), (-100_000, "-100,000"),
      (.max, "9,223,372,036,854,775,807"), (.min, "-9,223,372,036,854,775,808"),
    ] as [(Int, String)]
  )
  func grouped(number: Int, expected: String) { #expect(CountText.grouped(number) == expected) }

  @Test(
    "a time is in tenths of a second, rounded",
    arguments: [
      (.zero, "0.0 s"), (.milliseconds(49), "0.0 s"), (.milliseconds(51), "0.1 s"), (.milliseconds(1960), "2.0 s"),
      (.milliseconds(12_300), "12.3 s"), (.seconds(86_400), "86,400.0 s"),
    ] as [(Duration, String)]
  )
  func seconds(time: Duration, expected: String) { #expect(CountText.seconds(time) == expected) }

  @Test(
    "the most memory is read from the kernel's own line, and from nothing that only looks like it",
    arguments: [
      ("Name:\tx\nVmHWM:\t   13876 kB\nVmRSS:\t 1 kB\n", 13_876 * 1024), ("VmHWM:\t0 kB", 0), ("", nil),
      ("VmRSS:\t 13876 kB\n", nil), ("VmHWM:\t13876 MB\n", nil), ("VmHWM:\tmuch kB\n", nil), ("XVmHWM:\t1 kB", nil),
    ] as [(String, Int?)]
  )
  func memory(status: String, expected: Int?) { #expect(ProcessMemory(status: status)?.peakBytes == expected) }

  @Test("this process has had more than it is given, and never less later")
  func ownMemory() throws {
    let before = try #require(ProcessMemory.now()?.peakBytes)
    let block = [UInt8](repeating: 1, count: 64 << 20)
    let after = try #require(ProcessMemory.now()?.peakBytes)
    #expect(before > 1 << 20 && after >= before && after >= block.count)
  }
}
