internal import ArgumentParser
internal import Telemetry

/// The sets that can be made by themselves; the raw value is the spelling on the command line.
enum MadeSet: String, CaseIterable, ExpressibleByArgument {
  case hotels
  case cars

  func catalogue(seed: UInt64) -> any SeededCatalogue {
    switch self {
    case .hotels: Hotels(seed: seed)
    case .cars: Cars(seed: seed)
    }
  }
}

struct MakeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "make",
    abstract: "Write made records to standard output, one a line.",
    discussion: """
      The same records that weir-vendor serve makes from the same seed, without
      the vendor's stamp: that is added by whoever serves them.

      EXAMPLES
        weir-vendor make cars --count 200000 --seed 1 > cars.ndjson
        weir-vendor serve --rest cars=cars.ndjson --key cars=id

      \(ExitStatus.helpSection)
      """
  )

  @Argument(help: "What to make: \(MadeSet.allCases.map(\.rawValue).joined(separator: ", ")).")
  var set: MadeSet

  @Option(help: "How many records.")
  var count = 1_000

  @Option(help: "What the records follow from.")
  var seed: UInt64 = 1

  /// Bytes that are put together before they are written.
  private static let blockBytes = 1 << 18

  func validate() throws {
    guard count >= 0 else { throw ValidationError("--count is a number from 0, not \(count)") }
  }

  func run() throws {
    let catalogue = set.catalogue(seed: seed)
    var text = RecordText()
    for number in 0..<count {
      catalogue.write(Population.Member(number: number + 1), to: &text)
      if text.bytes.count >= Self.blockBytes {
        guard try write(text.bytes) else { return }
        text.removeAll()
      }
    }
    _ = try write(text.bytes)
  }

  /// Writes whole lines; false when the reader has gone, which is no error (`| head` has what it wanted).
  private func write(_ lines: [UInt8]) throws(StreamError) -> Bool {
    guard !lines.isEmpty else { return true }
    do throws(StreamError) {
      try StandardStream.output.writeLine(String(decoding: lines.dropLast(), as: UTF8.self))
      return true
    } catch {
      if error.isClosed { return false }
      throw error
    }
  }
}
