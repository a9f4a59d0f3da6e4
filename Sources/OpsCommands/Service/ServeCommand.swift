internal import ArgumentParser
internal import Control
internal import FoundationEssentials
internal import Glibc
internal import Logging
internal import PipelineConfig
internal import Service
internal import SystemPackage
internal import Telemetry

struct ServeCommand: OpsCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Run pipelines by themselves, with a dashboard, metrics, and an HTTP API to see and command them.",
    discussion: helpText(
      """
      When runs begin is schedule in pipeline.json, or what was set through the service later; that is kept in the \
      database. One run of a pipeline is under way at a time; a run that a crash interrupted is begun again. It listens on \
      loopback unless service.host says otherwise, which takes a token (weir token new).

      SIGTERM, and Ctrl-C: no run begins any more, the one under way merges what it has fetched, and the service ends. \
      Again: the programs are told to end; a third time they are ended. Nothing is lost.

      At / is a dashboard, at /metrics the same for Prometheus; the API is at /api/v1, a page to read and try it at \
      /api/v1/docs. Who is told of failures and of runs that are overdue is webhooks in pipeline.json.
      """,
      examples: """
        weir serve
        weir serve --config homes/pipeline.json --config cars/pipeline.json
        weir serve --port 9000 --log-format json --log-level debug
        curl -s localhost:8787/api/v1/admin/sync/status | jq .data
        """
    )
  )

  @Option(
    name: .long,
    help: ArgumentHelp("A pipeline's configuration; several for several pipelines.", valueName: "path")
  )
  var config: [String] = []

  @Option(help: ArgumentHelp("Address to listen on, in the place of service.host.", valueName: "address"))
  var host: String?

  @Option(help: "Port to listen on, in the place of service.port; 0 takes a free one.")
  var port: UInt16?

  @Option(
    help: ArgumentHelp("Lines for a person (text) or for a program (json).", valueName: "format"),
    transform: { try WordChoice.read($0, of: LogFormat.self) }
  )
  var logFormat = LogFormat.text

  @Option(
    help: ArgumentHelp("Least level that is written: trace, debug, info, notice, warning, error.", valueName: "level"),
    transform: { try WordChoice.read($0, of: Logger.Level.self) }
  )
  var logLevel = Logger.Level.info

  func run(terminal: any Terminal) async throws {
    Self.guardProcess()
    let environment = ProcessInfo.processInfo.environment
    let files = config.isEmpty ? ["pipeline.json"] : config
    let served = try files.enumerated().map { index, file in
      var pipeline = try Pipeline(contentsOf: FilePath(file), environment: environment)
      if index == 0, let host { pipeline.service.host = host }
      if index == 0, let port { pipeline.service.port = Int(port) }
      return WeirService.Served(pipeline, config: file)
    }
    let logger = Reporter(stage: "weir serve", format: logFormat, level: logLevel).logger
    var service = try WeirService(served, programs: .beside(), logger: logger)
    service.onListening = { terminal.data("listening on \($0)") }
    service.extraRoutes = ServicePages().routes
    let couriers = served.map { WebhookCourier($0.pipeline, logger: logger) }
    service.observers = [{ event in for courier in couriers { courier.hear(event) } }]
    let delivering = couriers.map { courier in Task { await courier.run() } }
    let stop = ServiceStop()
    // How far the end has been asked for is counted by the service; this one only hears the signals.
    let signals = StopSignals(StopControl()) { _ in
      logger.notice("asked to end: no run begins any more, what is under way drains")
      stop.request()
    }
    defer { signals.cancel() }
    try await service.run(until: stop)
    for task in delivering {
      task.cancel()
      await task.value
    }
    await withDiscardingTaskGroup { group in for courier in couriers { group.addTask { await courier.finish() } } }
    logger.notice("ended")
  }

  /// Files are for this user alone, and a crash leaves no core file with keys in it.
  private static func guardProcess() {
    umask(0o077)
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
  }
}
