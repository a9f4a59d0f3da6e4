import Foundation
import TestSupport
import Testing

@testable import Telemetry

/// Standard output and error of real programs.
struct StreamTests {
  /// A command line that cannot be run in each of the ways there are, and the status that it ends with.
  static let wrong: [([String], Int32)] = [
    (["--log-format", "json", "--config", "/nowhere/pipeline.json"], 78),
    (["--log-format", "json", "--config", "/"], 78),
    (["--log-format", "json", "--config", "\(Programs.packageRoot)/pipeline.json", "--spool", "/proc/none"], 0),
  ]

  @Test(
    "in json a program that cannot begin says one object a line, with the status that it ends with",
    arguments: wrong
  )
  func cannotBegin(arguments: [String], status: Int32) async throws {
    let result = try await Programs.run("weir-hash", arguments)
    let lines = result.errors.split(separator: "\n")
    let event = try #require(lines.first.flatMap { StageEvent(line: $0) }, "\(result.errors)")
    #expect(lines.count == 1 && result.output.isEmpty && result.errors.hasSuffix("}\n"))
    #expect(event.event == .failed && event.stage == "weir-hash" && event.message?.isEmpty == false)
    #expect(event.exitStatus == result.status && result.status != 0)
    #expect(status == 0 || result.status == status, "\(result.errors)")
  }

  @Test("in text it is one line that begins with the program's name and ends with the next step")
  func text() async throws {
    let result = try await Programs.run("weir-hash", ["--config", "/nowhere/pipeline.json"])
    #expect(result.status == 78 && result.errors.split(separator: "\n").count == 1)
    #expect(result.errors.hasPrefix("weir-hash: error: /nowhere/pipeline.json: "), "\(result.errors)")
    #expect(result.errors.contains("; next: name the file with --config PATH"), "\(result.errors)")
  }

  @Test(
    "a command line that cannot be understood is 64, and help is 0 with every status in it",
    arguments: ["weir-fetch", "weir-hash", "weir-stage", "weir-merge"]
  )
  func usage(program: String) async throws {
    let wrong = try await Programs.run(program, ["--no-such-option"])
    #expect(wrong.status == 64 && wrong.output.isEmpty && wrong.errors.contains("Usage: \(program)"), "\(wrong.errors)")
    let help = try await Programs.run(program, ["--help"])
    #expect(help.status == 0 && help.errors.isEmpty)
    let words = { (text: String) in text.split(whereSeparator: \.isWhitespace) }
    #expect(words(help.output).contains(words(Telemetry.ExitStatus.helpSection)), "\(help.output)")
  }

  @Test("what a person says to a program that reads no standard error is no reason to fail")
  func noStandardError() async throws {
    let line = "weir-hash --config /nowhere/pipeline.json 2>&-; echo $?; weir-hash --version 2> /dev/full; echo $?"
    let result = try await Programs.shell(line)
    #expect(result.lines == ["78", WeirVersion.current, "0"], "\(result)")
  }
}
