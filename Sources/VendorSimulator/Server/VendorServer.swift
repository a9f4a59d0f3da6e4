internal import Hummingbird
internal import Logging
internal import NIOCore
internal import Telemetry

/// The HTTP side of a vendor.
struct VendorServer {
  struct Options: Sendable {
    /// Loopback: this is for practising.
    var host = "127.0.0.1"
    /// 0 takes a free one.
    var port = 8790
    /// The bearer token that every request must carry; nil lets everyone in.
    var token: Secret?
    /// Records from the beginning of an OData result beyond which the vendor does not go.
    var pageWindow: Int?
    /// zlib's level for answers; 0: never compress.
    var gzipLevel = 1
    /// Most bytes of answers that are kept ready; 0: every answer is made anew.
    var preparedByteCountMax = 0
  }

  let vendor: Vendor
  let options: Options

  /// A request passes through the middlewares from the first to the last and its answer back again. Whatever delays,
  /// limits or spoils answers stands behind the token check and before the routes.
  func router() -> Router<BasicRequestContext> {
    let replies = Replies(gzipLevel: options.gzipLevel)
    let router = Router()
    router.add(middleware: RefusalMiddleware(replies: replies))
    if let token = options.token { router.add(middleware: BearerMiddleware(token: token)) }
    if options.preparedByteCountMax > 0 {
      router.add(middleware: PreparedMiddleware(prepared: PreparedAnswers(byteCountMax: options.preparedByteCountMax)))
    }
    ODataRoutes(vendor: vendor, replies: replies, window: options.pageWindow).add(to: router.group("odata"))
    RESTRoutes(vendor: vendor, replies: replies).add(to: router.group("rest"))
    addControl(to: router.group("vendor"), replies: replies)
    return router
  }

  /// What a real vendor does not have: looking behind the counter, and moving time on.
  private func addControl(to group: RouterGroup<BasicRequestContext>, replies: Replies) {
    group.get("state") { request, _ in replies.json(to: request, await vendor.state().json) }
    group.post("advance") { request, _ in replies.json(to: request, try await vendor.advance().json) }
  }

  /// The server as a service that ends on SIGTERM and SIGINT when it is run as one.
  ///
  /// - Parameter onListening: Called once, with the port, when the first request can be answered.
  /// - Returns: What to run.
  func application(onListening: @escaping @Sendable (Int) -> Void) -> some ApplicationProtocol {
    var logger = Logger(label: "weir-vendor") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .warning
    return Application(
      router: router(),
      configuration: ApplicationConfiguration(
        address: .hostname(options.host, port: options.port),
        serverName: "weir-vendor/\(WeirVersion.current)"
      ),
      onServerRunning: { channel in onListening(channel.localAddress?.port ?? 0) },
      logger: logger
    )
  }
}
