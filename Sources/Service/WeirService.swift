public import Control
internal import FoundationEssentials
internal import Hummingbird
internal import HummingbirdCore
internal import JSONText
public import Logging
internal import NIOCore
public import PipelineConfig
internal import ServiceLifecycle
internal import Spool
internal import Synchronization
internal import SystemPackage
internal import Telemetry

/// A service: pipelines that run by themselves, and an HTTP API to see and command them.
public struct WeirService: Sendable {
  /// A pipeline to be served.
  public struct Served: Sendable {
    public var pipeline: Pipeline
    /// `pipeline.json` as the stages are to be given it.
    public var config: String

    public init(_ pipeline: Pipeline, config: String) { (self.pipeline, self.config) = (pipeline, config) }
  }

  /// Paths that are answered beside the API.
  public var extraRoutes: [ExtraRoute] = []
  /// Told what happens, one after the other.
  public var observers: [@Sendable (ServiceEvent) async -> Void] = []
  /// Told once where the service listens, when it does: `http://127.0.0.1:8787`.
  public var onListening: @Sendable (String) -> Void = { _ in }

  private let served: [Served]
  private let programs: ProgramFolder
  private let logger: Logger
  /// Of the first pipeline: how the service is reached.
  private var settings: ServiceSettings { served[0].pipeline.service }

  /// Connections at the same time. Further ones wait in the system's queue.
  private static let connectionsMax = 256
  /// Events that wait for slow observers; beyond that the oldest are lost, and said to be.
  private static let eventsMax = 1000
  /// How long observers are waited for at the end: a webhook that is tried again is not.
  private static let observersMost = Duration.seconds(10)

  /// - Parameters:
  ///   - served: The pipelines; of the first one is how the service is reached.
  ///   - programs: Where the stages are.
  ///   - logger: What the service says.
  /// - Throws: ``ServiceError``: what must not be is refused before anything starts.
  public init(_ served: [Served], programs: ProgramFolder, logger: Logger) throws(ServiceError) {
    precondition(!served.isEmpty, "a service serves a pipeline")
    (self.served, self.programs, self.logger) = (served, programs, logger)
    var names: Set<String> = []
    var spools: Set<FilePath> = []
    var feeds: Set<[String]> = []
    var digests: Set<String> = []
    for entry in served {
      for token in entry.pipeline.service.tokens {
        guard digests.insert(token.sha256).inserted else { throw .sameToken(token.name) }
      }
      guard names.insert(entry.pipeline.service.name).inserted else { throw .sameName(entry.pipeline.service.name) }
      guard spools.insert(entry.pipeline.spool.path).inserted else { throw .sameSpool(entry.pipeline.spool.path) }
      for feed in entry.pipeline.feeds {
        let place = [entry.pipeline.database.url?.reveal ?? entry.pipeline.database.embedded.string, feed.name]
        guard feeds.insert(place).inserted else { throw .sameFeed(feed.name) }
      }
    }
    let each = settings.maxMemory.map { $0 / settings.runsAtOnce }
    if let each, each < Pipeline.maxMemoryBounds.lowerBound { throw .tooLittleMemory(each: each) }
    guard Self.isLoopback(settings.host) || served.contains(where: { !$0.pipeline.service.tokens.isEmpty }) else {
      throw .openWithoutToken(host: settings.host)
    }
  }

  /// Serves until it is asked to end: then no run begins any more, what is under way drains, and the API answers until then.
  ///
  /// - Parameter stop: Asks for the end.
  /// - Throws: ``ServiceError``, `SpoolError`.
  public func run(until stop: ServiceStop) async throws {
    for pipeline in served.dropFirst().map(\.pipeline) where pipeline.service.saysHowServed {
      logger.warning(
        "how the service is reached is what the first pipeline says; that of this one is not used",
        metadata: ["pipeline": "\(pipeline.service.name)"]
      )
    }
    let slots = RunSlots(count: settings.runsAtOnce)
    let (events, tell) = AsyncStream.makeStream(
      of: ServiceEvent.self,
      bufferingPolicy: .bufferingNewest(Self.eventsMax)
    )
    let logger = logger
    let shared = SharedService(
      programs: programs,
      slots: slots,
      maxMemoryEach: settings.maxMemory.map { $0 / settings.runsAtOnce },
      logger: logger
    ) { event in
      if case .dropped = tell.yield(event) { logger.warning("an event was lost: the observers are too slow") }
    }
    let tenants = try served.map { entry in try Self.tenant(entry, shared) }
    let key = NewToken()
    let door = Door(
      pipelines: served.map(\.pipeline.service),
      localKey: key.text,
      anonymous: anonymous,
      hosts: settings.hosts + [settings.host, Self.bracketed(settings.host)],
      failures: failures
    )
    let responder = Responder(
      routes: RouteTable(extra: extraRoutes),
      door: door,
      limiter: RateLimiter(perSecond: Double(settings.requestsPerSecond), burst: Double(settings.burst)),
      tenants: tenants,
      logger: logger
    )
    var configuration = ServiceGroupConfiguration(
      services: try servers(responder, tenants, key: key.text),
      logger: Self.quiet(logger)
    )
    // Clients that do not take their answers are not waited for longer.
    configuration.maximumGracefulShutdownDuration = .seconds(30)
    let servers = ServiceGroup(configuration: configuration)
    stop.onRequest {
      slots.close()
      for tenant in tenants { Task { await tenant.end() } }
    }
    let watching = Task { [observers] in
      for await event in events { for observer in observers { await observer(event) } }
    }
    do {
      try await serve(servers, tenants)
    } catch {
      tell.finish()
      watching.cancel()
      throw error is ServiceError
        ? error : ServiceError.cannotListen(address: "\(settings.host):\(settings.port)", why: "\(error)")
    }
    tell.finish()
    let patience = Task {
      try await Task.sleep(for: Self.observersMost)
      watching.cancel()
    }
    await watching.value
    patience.cancel()
  }

  /// The pipelines until all have come to their ends, and the servers as long.
  private func serve(_ servers: ServiceGroup, _ tenants: [Tenant]) async throws {
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        try await servers.run()
        return true
      }
      group.addTask {
        await withTaskGroup(of: Void.self) { inner in
          for tenant in tenants { inner.addTask { await tenant.run() } }
        }
        return false
      }
      do {
        while let isServer = try await group.next() {
          if isServer {
            // Nobody can reach the service any more, so it does not go on unseen.
            for tenant in tenants { await tenant.end() }
          } else {
            await servers.triggerGracefulShutdown()
          }
        }
      } catch {
        for tenant in tenants { await tenant.end() }
        throw error
      }
    }
  }

  private static func tenant(_ entry: Served, _ shared: SharedService) throws -> Tenant {
    let settings = entry.pipeline.spool
    let spool = try Spool(root: settings.path, allowsNetwork: settings.allowsNetwork)
    guard let lock = try spool.lockService() else { throw ServiceError.alreadyServed(settings.path) }
    return Tenant(entry.pipeline, config: entry.config, spool: spool, lock: lock, shared: shared)
  }

  private func servers(_ responder: Responder, _ tenants: [Tenant], key: String) throws -> [any Service] {
    let builder = HTTPServerBuilder.http1(
      configuration: .init(
        additionalChannelHandlers: [RequestDeadline()],
        httpDecoderConfiguration: .init(
          maxHeaderFieldSize: 16 << 10,
          maxHeaderListSize: 32 << 10,
          maxHeaderFieldCount: 100
        )
      )
    )
    func application(_ address: BindAddress, _ onRunning: @escaping @Sendable (any Channel) async -> Void)
      -> any Service
    {
      Application(
        responder: responder,
        server: builder,
        configuration: .init(
          address: address,
          availableConnectionsDelegate: MaximumAvailableConnections(Self.connectionsMax)
        ),
        onServerRunning: onRunning,
        logger: Self.quiet(logger)
      )
    }
    let (host, onListening, logger) = (Self.bracketed(settings.host), onListening, logger)
    var all = [
      application(.hostname(settings.host, port: settings.port)) { channel in
        let url = "http://\(host):\(channel.localAddress?.port ?? 0)"
        for tenant in tenants { Self.leaveNote(url, key: key, in: tenant, logger) }
        onListening(url)
      }
    ]
    if let socket = settings.socket {
      // A socket that a service which was killed has left behind is taken away by the binding, and nothing else is.
      all.append(application(.unixDomainSocket(path: socket.string)) { _ in })
    }
    return all
  }

  /// Leaves the address and the key where programs of the same user find them.
  private static func leaveNote(_ url: String, key: String, in tenant: Tenant, _ logger: Logger) {
    let note = JSONValue.of(["url": .string(url), "pipeline": .string(tenant.name), "token": .string(key)])
    do { try tenant.spool.saveServiceNote(Array(note.encoded.utf8)) } catch {
      logger.warning("the shell will not find this service by itself", error: error)
    }
  }

  /// By default ten at once and ten a minute; where more requests are let in, more of these are, too.
  private var failures: RateLimiter {
    RateLimiter(perSecond: Double(settings.requestsPerSecond) / 300, burst: max(1, Double(settings.burst) / 10))
  }

  /// What each pipeline shows to someone without a token: where nobody has said, only what is certainly looked at by this
  /// machine's own people.
  private var anonymous: [String: Door.Anonymous] {
    let isAlone = Self.isLoopback(settings.host) && settings.hosts.isEmpty
    var shown: [String: Door.Anonymous] = [:]
    for pipeline in served.map(\.pipeline) {
      switch pipeline.service.anonymous {
      case .read: shown[pipeline.service.name] = .everyone
      case .some(.none): break
      case nil:
        guard isAlone, served.count == 1 || pipeline.service.tokens.isEmpty else { continue }
        shown[pipeline.service.name] = .machine
      }
    }
    return shown
  }

  static func isLoopback(_ host: String) -> Bool {
    host == "localhost" || host == "::1" || host == "127.0.0.1"
      || (host.hasPrefix("127.") && host.split(separator: ".").count == 4
        && host.allSatisfy { $0.isNumber || $0 == "." })
  }

  private static func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }

  /// The libraries below say at info what is news to them alone.
  private static func quiet(_ logger: Logger) -> Logger {
    var logger = logger
    logger.logLevel = max(logger.logLevel, .warning)
    return logger
  }
}

/// The way to ask a service to end. Asked again, it insists, as ``StopControl`` does.
public final class ServiceStop: Sendable {
  private struct State {
    var requests = 0
    var handler: (@Sendable () -> Void)?
  }

  private let state = Mutex(State())

  public init() {}

  public func request() {
    let handler = state.withLock { state in
      state.requests += 1
      return state.handler
    }
    handler?()
  }

  /// What is to be done at each request, also at those that came before.
  func onRequest(_ handler: @escaping @Sendable () -> Void) {
    let earlier = state.withLock { state in
      state.handler = handler
      return state.requests
    }
    for _ in 0..<earlier { handler() }
  }
}
