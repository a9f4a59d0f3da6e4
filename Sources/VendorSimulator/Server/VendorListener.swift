internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle
internal import Synchronization
internal import Telemetry

/// Accepts connections and answers what comes on them, until it is told to stop.
///
/// Hummingbird has a server of its own; this one can also close its door for a while, so that connections are refused
/// by the operating system, and open it again on the same port.
struct VendorListener: Service {
  let host: String
  let port: Int
  let responder: any HTTPResponder<VendorContext>
  let rules: RulesInForce
  let log: RequestLog
  let onListening: @Sendable (Int) -> Void
  let door: Door

  /// How long requests that are under way may take when the program is told to stop.
  private static let patience = TimeAmount.seconds(1)
  /// The port is free while the door is shut, and somebody may have it for a moment: it is tried for five seconds.
  private static let reopeningsMax = 50
  private static let reopeningPause = Duration.milliseconds(100)

  func run() async throws {
    let logger = Self.logger()
    let http = HTTP1Channel(
      responder: { request, writer, channel in try await respond(request, writer, channel, logger) },
      configuration: HTTP1Channel.Configuration(additionalChannelHandlers: [ConnectionWatch()])
    )
    try await withGracefulShutdownHandler {
      try await accept(http, logger)
    } onGracefulShutdown: {
      door.stop()
    }
  }

  private func accept(_ http: HTTP1Channel, _ logger: Logger) async throws {
    var port = port
    var isFirst = true
    var failures = 0
    try await withThrowingDiscardingTaskGroup { group in
      while await door.mayOpen() {
        let server: NIOAsyncChannel<HTTP1Channel.Value, Never>
        do { server = try await Self.bind(http, host, port, logger) } catch {
          guard !isFirst, failures < Self.reopeningsMax else { throw error }
          failures += 1
          try await Task.sleep(for: Self.reopeningPause)
          continue
        }
        failures = 0
        port = server.channel.localAddress?.port ?? port
        guard door.opened(server.channel) else {
          try? await server.channel.close()
          break
        }
        if isFirst { onListening(port) }
        isFirst = false
        try await server.executeThenClose { connections in
          for try await connection in connections {
            door.entered(connection.channel)
            group.addTask { await http.handle(value: connection, logger: logger) }
          }
        }
      }
      await door.waitUntilEmpty(atMost: Self.patience)
      group.cancelAll()
      // What is cancelled reads no more, and still waits for clients that do not read what was written.
      await door.waitUntilEmpty(atMost: Self.patience)
      door.endAll()
    }
  }

  private static func bind(
    _ http: HTTP1Channel,
    _ host: String,
    _ port: Int,
    _ logger: Logger
  ) async throws -> NIOAsyncChannel<HTTP1Channel.Value, Never> {
    try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .bind(host: host, port: port, serverBackPressureStrategy: nil) { channel in
        http.setup(channel: channel, logger: logger)
      }
  }

  @concurrent private func respond(
    _ request: Request,
    _ writer: consuming ResponseWriter,
    _ channel: any Channel,
    _ logger: Logger
  ) async throws {
    var context = VendorContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
    context.live = rules.current
    guard !request.isControl else { return try await answer(request, context, writer, nil) }
    let visit = log.begin(request)
    context.visit = visit
    do {
      try await answer(request, context, writer, visit)
    } catch {
      log.end(visit, status: visit.notes.sentStatus, bodyBytes: visit.notes.sentBytes)
      throw error
    }
  }

  @concurrent private func answer(
    _ request: Request,
    _ context: VendorContext,
    _ writer: consuming ResponseWriter,
    _ visit: Visit?
  ) async throws {
    var response = try await responder.respond(to: request, context: context)
    response.headers[.date] = HTTPDate.text(of: Moment.now().moved(by: context.live.rules.clockSkew).stamp)
    response.headers[.server] = "weir-vendor/\(WeirVersion.current)"
    let (status, bytes) = (response.status.code, response.body.contentLength ?? 0)
    try await writer.write(response: response.head, body: response.body)
    guard let visit else { return }
    context.live.limiter?.sent(bytes, at: .now())
    log.end(visit, status: status, bodyBytes: bytes)
  }

  static func logger() -> Logger {
    var logger = Logger(label: "weir-vendor") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .warning
    return logger
  }
}
