import ArgumentParser
import Foundation
import Spool
import SystemPackage
import Telemetry
import TestSupport
import Testing

@testable import StageRuntime

/// Lists of segments on standard input, over a real pipe.
@Suite(.timeLimit(.minutes(5)))
struct InputTests {
  private static func write(_ bytes: some Collection<UInt8>, to descriptor: FileDescriptor) throws {
    _ = try descriptor.writeAll(Array(bytes))
  }

  @Test("lines come out as they went in, however the pipe cuts them", arguments: [41, 42, 43] as [UInt64])
  func chunks(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let lines = (0..<300).map { index in
      String(repeating: "é/\(index)", count: Int.random(in: 0...30, using: &random))
    }
    var bytes = Array(lines.joined(separator: "\n").utf8)[...]
    var cuts: [[UInt8]] = []
    while !bytes.isEmpty {
      cuts.append(Array(bytes.prefix(Int.random(in: 1...700, using: &random))))
      bytes = bytes.dropFirst(cuts.last?.count ?? 0)
    }
    let (readEnd, writeEnd) = try FileDescriptor.pipe(options: .closeOnExec)
    async let read = onThread {
      defer { try? readEnd.close() }
      var input = LineInput(descriptor: readEnd.rawValue)
      var found: [String] = []
      while let line = try input.next(until: { false }) { found.append(line) }
      return found
    }
    try await onThread { [cuts] in
      for cut in cuts { try Self.write(cut, to: writeEnd) }
      try writeEnd.close()
    }
    // An empty last line has no newline to be seen by.
    let expected = lines.last?.isEmpty == true ? lines.dropLast() : lines[...]
    #expect(try await read == Array(expected), "seed \(seed)")
  }

  @Test(
    "a line is at most as long as a path can be with room to spare",
    arguments: [(LineInput.lineByteCountMax, true), (LineInput.lineByteCountMax + (32 << 10), false)]
  )
  func length(byteCount: Int, isTaken: Bool) async throws {
    let (readEnd, writeEnd) = try FileDescriptor.pipe(options: .closeOnExec)
    // Closed when all is written: what the reader leaves of a line that it refuses fits into the pipe.
    defer { try? readEnd.close() }
    async let written: Void = onThread {
      defer { try? writeEnd.close() }
      try Self.write(Array(repeating: UInt8(ascii: "x"), count: byteCount) + [UInt8(ascii: "\n")], to: writeEnd)
    }
    let result: Result<Int?, any Error> = try await onThread {
      var input = LineInput(descriptor: readEnd.rawValue)
      return Result { try input.next(until: { false })?.utf8.count }
    }
    try await written
    if isTaken {
      #expect(try result.get() == byteCount)
    } else {
      let error = #expect(throws: InputError.self) { try result.get() }
      #expect(error == .tooLong && error?.exitStatus == .dataError)
    }
  }

  @Test("standard input that cannot be read is an error of the stream, with 74")
  func unreadable() throws {
    let folder = try TemporarySpool()
    let directory = try FileDescriptor.open(folder.directory, .readOnly)
    defer { try? directory.close() }
    let trial = try QueueTrial()
    let error = #expect(throws: InputError.self) { try trial.run(["-"], input: directory) }
    #expect(error == .system(.isDirectory) && error?.exitStatus == .ioError)
  }

  @Test("segments from a pipe are done as their lines come, before the pipe is closed, and named ones beside them")
  func asTheyCome() async throws {
    let trial = try QueueTrial()
    let paths = try (0..<4).map { try trial.publish($0).string }
    let (readEnd, writeEnd) = try FileDescriptor.pipe(options: .closeOnExec)
    defer { try? readEnd.close() }
    let (events, seen) = AsyncStream.makeStream(of: Int.self)
    async let status = onThread {
      defer { seen.finish() }
      return try trial.run([paths[3], "-", paths[0]], input: readEnd) { input in
        seen.yield(input.name.sequence)
        return try QueueTrial.read(input)
      }
    }
    // Before the status is awaited, also when this test ends early.
    defer { trial.stop.ask() }
    var iterator = events.makeAsyncIterator()
    #expect(await iterator.next() == 3)
    for sequence in [2, 1] {
      try Self.write("\(paths[sequence])\n".utf8, to: writeEnd)
      #expect(await iterator.next() == sequence)
    }
    try writeEnd.close()
    #expect(await iterator.next() == 0)
    #expect(try await status == .success)
    #expect(trial.printed.all == ["homes-3", "homes-2", "homes-1", "homes-0"])
  }

  @Test("empty lines between paths are passed over, and the last line needs no end", arguments: ["\n", ""])
  func emptyLines(ending: String) throws {
    let trial = try QueueTrial()
    let paths = try (0..<2).map { try trial.publish($0).string }
    let (readEnd, writeEnd) = try FileDescriptor.pipe(options: .closeOnExec)
    defer { try? readEnd.close() }
    try Self.write((paths.joined(separator: "\n\n") + ending).utf8, to: writeEnd)
    try writeEnd.close()
    #expect(try trial.run(["-"], input: readEnd) == .success)
    #expect(trial.printed.all == ["homes-0", "homes-1"])
  }

  @Test("a request to stop is obeyed while the next line is waited for, and lines that are there already stay undone")
  func stopped() async throws {
    let trial = try QueueTrial()
    let paths = try (0..<3).map { try trial.publish($0).string }
    let (readEnd, writeEnd) = try FileDescriptor.pipe(options: .closeOnExec)
    defer {
      try? readEnd.close()
      try? writeEnd.close()
    }
    try Self.write((paths.joined(separator: "\n") + "\n").utf8, to: writeEnd)
    await #expect(throws: Stopped.self) {
      try await onThread {
        try trial.run(["-"], input: readEnd) { input in
          if input.name.sequence == 1 { trial.stop.ask() }
          return try QueueTrial.read(input)
        }
      }
    }
    #expect(try trial.sequences(.done) == [0, 1] && trial.sequences(.ready) == [2])
  }

  @Test(
    "what a command line may say of its input",
    arguments: [
      ([], true), (["a", "b"], true), (["-"], true), (["--feed", "cars"], true), (["--follow"], true),
      (["--feed", "cars", "--follow"], true), (["--redo", "a"], true), (["--redo", "-"], true), (["--redo"], false),
      (["--redo", "--feed", "cars"], false), (["--redo", "--follow"], false), (["--feed", "cars", "a"], false),
      (["--follow", "-"], false), (["--feed"], false), (["--fed", "cars"], false),
    ]
  )
  func options(arguments: [String], isTaken: Bool) {
    if isTaken {
      #expect(throws: Never.self) { try InputOptions.parse(arguments) }
    } else {
      #expect(throws: (any Error).self) { try InputOptions.parse(arguments) }
    }
  }
}
