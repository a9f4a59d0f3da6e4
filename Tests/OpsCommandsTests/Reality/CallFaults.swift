import Foundation
import SystemPackage
import TestSupport

/// What may happen at one system call of a program.
enum Fault: String, CaseIterable {
  /// The process ends before the call.
  case death = "kill"
  /// Half is written; only a write can be short.
  case shortWrite = "short"
  case noSpace = "28"
  case ioError = "5"
  case quota = "122"
  case interrupted = "4"
}

/// One call of a program on its spool.
struct CallStep {
  /// Which of the program's calls on the spool it is, from 1.
  var number: Int
  var call: String
  var path: String

  /// What kind of thing the program did there: the call, and the path without the names of the spool, the queue and the segment.
  var place: String {
    let names = path.replacing(/[0-9]{8}T[0-9]{6}Z-[0-9a-z]{4}(-[0-9]{6})?/, with: "SEGMENT")
      .replacing(/fetched|hashed|staged/, with: "QUEUE")
    return "\(call) \(names.drop { $0 != "/" })"
  }
}

/// One run of a program that is disturbed.
struct FaultCase: CustomStringConvertible {
  var step: CallStep
  var fault: Fault
  /// What follows the program's name, `--spool` among them.
  var arguments: String
  /// The spool, as the arguments say it.
  var spool: String

  var description: String { "\(fault) at call \(step.number), \(step.call) \(step.path)" }
}

/// How a disturbed run ended.
struct FaultOutcome {
  var of: FaultCase
  var status: Int
  var isDisturbed: Bool

  /// A program that meets an error says so and ends with a status of its own; it does not crash, and does not hang.
  var isClean: Bool {
    isDisturbed && of.fault == .death ? status == 137 : [0, 66, 74, 75, 77].contains(status)
  }
}

/// The real programs with `Tests/FaultShim` between them and the C library, which counts their calls on a spool and lets one
/// of them go wrong.
enum FaultShim {
  /// Builds the shim beside a test's other files.
  ///
  /// - Throws: When it cannot be built; every Swift toolchain has clang.
  static func build(in real: RealSpool) async throws {
    let source = Programs.packageRoot.appending("Tests/FaultShim/faults.c")
    // The shell of the tests knows the programs under test and the system's; clang is where Swift is.
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let built = try await real.shell("PATH='\(path)' clang -O1 -shared -fPIC -o faults.so \(source)")
    guard built.status == 0 else { throw NotBuilt(words: built.errors) }
  }

  struct NotBuilt: Error { var words: String }

  /// The calls of an undisturbed run on a spool.
  static func steps(of command: String, spool: String, in real: RealSpool) async throws -> [CallStep] {
    let run = try await real.shell(
      "LD_PRELOAD=./faults.so WEIR_FAULT_ROOT=\(spool) WEIR_FAULT_LOG=calls \(command) >/dev/null </dev/null && cat calls"
    )
    guard run.status == 0 else { throw NotBuilt(words: run.errors) }
    return run.lines.compactMap { line in
      let parts = line.split(separator: " ", maxSplits: 2).map(String.init)
      guard parts.count == 3, let number = Int(parts[0]) else { return nil }
      return CallStep(number: number, call: parts[1], path: parts[2])
    }
  }

  /// Each step with each fault that it can have.
  static func pairs(_ steps: [CallStep]) -> [(step: CallStep, fault: Fault)] {
    steps.flatMap { step in
      Fault.allCases.filter { $0 != .shortWrite || ["write", "pwrite"].contains(step.call) }.map { (step, $0) }
    }
  }

  /// The first step of each place.
  static func places(_ steps: [CallStep]) -> [CallStep] {
    var seen: Set<String> = []
    return steps.filter { seen.insert($0.place).inserted }
  }

  /// Runs a program once for each case, two at a time, and after each case a line of shell, in which `$1` is the case's number,
  /// `$spool` its spool and `$arguments` its arguments.
  static func run(
    _ program: String,
    _ cases: [FaultCase],
    in real: RealSpool,
    after: String = "true"
  ) async throws -> [FaultOutcome] {
    // A program that hangs is as wrong as one that crashes.
    var script = """
      try() {
        spool=$4 arguments=$5
        WEIR_FAULT_ROOT=$spool WEIR_FAULT_AT=$2 WEIR_FAULT=$3 WEIR_FAULT_LOG=met.$1 \
      timeout -s ABRT 60 env LD_PRELOAD=./faults.so \(program) $arguments </dev/null >>said.$1 2>/dev/null
        echo $1 $? $(cat met.$1 | wc -l)
        rm met.$1
        \(after)
      }

      """
    for worker in 0..<2 {
      script += "{\n"
      for (index, one) in cases.enumerated() where index % 2 == worker {
        script += "try \(index) \(one.step.number) \(one.fault.rawValue) \(one.spool) '\(one.arguments)'\n"
      }
      script += ":\n} &\n"
    }
    script += "wait\n"
    try Data(script.utf8).write(to: URL(filePath: real.directory.appending("cases.sh").string))
    let run = try await real.shell("bash cases.sh")
    return run.lines.compactMap { line in
      let numbers = line.split(separator: " ").compactMap { Int($0) }
      guard numbers.count == 3 else { return nil }
      return FaultOutcome(of: cases[numbers[0]], status: numbers[1], isDisturbed: numbers[2] > 0)
    }
  }
}
