internal import Spool
internal import Subprocess
internal import Synchronization
internal import SystemPackage
internal import Telemetry

/// Programs joined standard output to standard input, as a shell's `|` joins them.
struct StagePipe {
  struct Member {
    var stage: StageName
    var program: FilePath
    var arguments: [String]
  }

  /// A line of a program's standard error.
  enum Line {
    case event(StageEvent)
    /// Nothing of ours: a message of the runtime or of a library, shown as it is.
    case text(String)
  }

  var members: [Member]
  var stop: StopControl

  /// Runs the programs to their ends.
  ///
  /// - Parameters:
  ///   - said: Told each line of standard error; from several tasks at once.
  ///   - ended: Told each program that has ended, however.
  /// - Returns: How each ended, in pipe order.
  /// - Throws: When the pipes between them cannot be made.
  func run(
    said: @escaping @Sendable (StageName, Line) -> Void,
    ended: @escaping @Sendable (StageName) -> Void = { _ in }
  ) async throws(PipeError) -> [StageExit] {
    let ends = try Self.makeEnds(count: members.count)
    let exits = await withTaskGroup(of: (Int, StageExit).self) { group in
      for (index, member) in members.enumerated() {
        let (input, output) = (ends[index].input, ends[index].output)
        group.addTask {
          let ending = await run(member, isHead: index == 0, input: input, output: output, said: said)
          ended(member.stage)
          return (index, StageExit(member.stage, ending))
        }
      }
      var exits: [Int: StageExit] = [:]
      for await (index, exit) in group { exits[index] = exit }
      return exits
    }
    return members.indices.compactMap { exits[$0] }
  }

  private func run(
    _ member: Member,
    isHead: Bool,
    input: FileDescriptor,
    output: FileDescriptor,
    said: @Sendable (StageName, Line) -> Void
  ) async -> StageExit.Ending {
    // A group of its own: Ctrl-C on a terminal reaches `weir` alone, which then decides who is to end.
    var options = PlatformOptions()
    options.processGroupID = 0
    let isStarted = Atomic<Bool>(false)
    do {
      let result = try await Subprocess.run(
        .path(member.program),
        arguments: Arguments(member.arguments),
        environment: .inherit.updating([.init(stringLiteral: PressureGauge.variable): "1"]),
        platformOptions: options,
        input: .fileDescriptor(input, closeAfterSpawningProcess: true),
        output: .fileDescriptor(output, closeAfterSpawningProcess: true),
        error: .sequence
      ) { execution in
        isStarted.store(true, ordering: .relaxed)
        let id = stop.enter(isHead: isHead) { try? execution.send(signal: Signal(rawValue: $0)) }
        defer { stop.leave(id) }
        var splitter = LineSplitter()
        for try await buffer in execution.standardError {
          let lines = unsafe buffer.withUnsafeBytes { unsafe splitter.append($0) }
          for line in lines { said(member.stage, Self.line(line)) }
        }
        if let rest = splitter.finish() { said(member.stage, Self.line(rest)) }
      }
      return switch result.terminationStatus {
      case .exited(let number): .exited(number)
      case .signaled(let number): .signalled(number)
      }
    } catch {
      return isStarted.load(ordering: .relaxed) ? .notSeen("\(error)") : .notStarted("\(error)")
    }
  }

  private static func line(_ text: String) -> Line { StageEvent(line: text).map(Line.event) ?? .text(text) }

  /// Both ends for each member: `/dev/null` before the first and after the last, pipes between.
  private static func makeEnds(count: Int) throws(PipeError) -> [(input: FileDescriptor, output: FileDescriptor)] {
    var opened: [FileDescriptor] = []
    do {
      // In order: input of the first, output of the first, input of the second, …
      opened.append(try FileDescriptor.open(FilePath("/dev/null"), .readOnly, options: .closeOnExec))
      for _ in 1..<count {
        let pipe = try FileDescriptor.pipe(options: .closeOnExec)
        opened += [pipe.writeEnd, pipe.readEnd]
      }
      opened.append(try FileDescriptor.open(FilePath("/dev/null"), .writeOnly, options: .closeOnExec))
    } catch {
      for descriptor in opened { try? descriptor.close() }
      throw PipeError(errno: error as? Errno ?? .ioError)
    }
    return (0..<count).map { (input: opened[2 * $0], output: opened[2 * $0 + 1]) }
  }
}

/// The system has no more pipes for us.
struct PipeError: OperatorError {
  var errno: Errno

  var message: String { "a pipe between the programs cannot be made: \(errno)" }
  var hint: String? { "see how many files may be open: ulimit -n" }
  var exitStatus: ExitStatus { .temporaryFailure }
}
