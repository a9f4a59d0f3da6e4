internal import ArgumentParser
public import PipelineConfig
public import Spool
internal import Telemetry

/// How a stage program runs and ends: one line for what went wrong, and its number.
public enum StageProgram {
  /// Runs hash, stage or merge over the segments that its command line names.
  ///
  /// - Parameters:
  ///   - name: The program's name: `weir-hash`.
  ///   - common: What every stage program takes.
  ///   - input: Which segments.
  ///   - jobs: How many segments at the same time, as the pipeline says or the command line.
  ///   - processor: Makes what does the work of one segment; once for each worker.
  /// - Throws: ArgumentParser's `ExitCode` when the status is not 0.
  public static func run<Processor: SegmentProcessor & ~Copyable>(
    _ name: String,
    _ common: CommonOptions,
    _ input: InputOptions,
    jobs: @Sendable (Pipeline) -> Int,
    _ processor: @escaping @Sendable (StageContext) throws -> Processor
  ) throws {
    ProcessRules.apply()
    let reporter = Reporter(stage: name, format: common.logFormat, level: common.logLevel)
    let pulse = Pulse(of: reporter)
    defer { withExtendedLifetime(pulse) {} }
    do {
      let context = try StageContext(common, reporter: reporter)
      var loop = StageLoop(try processor(context), context: context, stop: StopRequest())
      try end(with: try loop.run(input, jobs: jobs(context.pipeline)) { try processor(context) })
    } catch {
      try report(error, with: reporter)
    }
  }

  /// Runs a program that waits on the network, until it is done or asked to stop.
  ///
  /// - Parameters:
  ///   - name: The program's name: `weir-fetch`.
  ///   - common: What every stage program takes.
  ///   - body: The program; prints what it has published with the printer it is given.
  /// - Throws: ArgumentParser's `ExitCode` when the status is not 0.
  public static func run(
    _ name: String,
    _ common: CommonOptions,
    _ body: @escaping @Sendable (StageContext, PathPrinter) async throws -> Void
  ) async throws {
    ProcessRules.apply()
    let reporter = Reporter(stage: name, format: common.logFormat, level: common.logLevel)
    let pulse = Pulse(of: reporter)
    defer { withExtendedLifetime(pulse) {} }
    let stop = StopRequest()
    let printer = PathPrinter(stop: stop)
    do {
      let context = try StageContext(common, reporter: reporter)
      try await stop.watching(looking: { printer.look() }) { try await body(context, printer) }
      try printer.check()
    } catch is Stopped {
      do { try printer.check() } catch { try report(error, with: reporter) }
      try report(Stopped(), with: reporter)
    } catch {
      try report(error, with: reporter)
    }
  }

  private static func end(with status: ExitStatus) throws {
    if status != .success { throw ExitCode(status.rawValue) }
  }

  private static func report(_ error: any Error, with reporter: Reporter) throws {
    if let code = error as? ExitCode { throw code }
    reporter.failed(error)
    try end(with: ExitStatus(for: error))
  }
}
