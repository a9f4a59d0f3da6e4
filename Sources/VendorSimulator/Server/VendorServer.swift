internal import Hummingbird
internal import JSONText
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
    /// Requests that the log keeps one by one.
    var logEntriesMax = 50_000
    /// How the vendor behaves from the start.
    var rules = VendorRules()
  }

  let vendor: Vendor
  let options: Options
  let rules: RulesInForce
  let log: RequestLog
  private let door = Door()
  private let prepared: PreparedAnswers

  /// - Throws: ``VendorError``: what is to be replayed cannot be read.
  init(vendor: Vendor, options: Options) throws(VendorError) {
    (self.vendor, self.options) = (vendor, options)
    rules = try RulesInForce(options.rules)
    log = RequestLog(entriesMax: options.logEntriesMax)
    prepared = PreparedAnswers(byteCountMax: options.preparedByteCountMax)
  }

  /// A request passes through the middlewares from the first to the last and its answer back again.
  func router() -> Router<VendorContext> {
    let replies = Replies(gzipLevel: options.gzipLevel)
    let router = Router(context: VendorContext.self)
    router.add(middleware: RefusalMiddleware(replies: replies))
    router.add(middleware: LimitMiddleware())
    router.add(
      middleware: FaultMiddleware(vendor: vendor, replies: replies, door: door, prepared: prepared)
    )
    router.add(middleware: AuthMiddleware(token: options.token, replies: replies))
    router.add(middleware: ETagMiddleware())
    router.add(middleware: ReplayMiddleware(replies: replies))
    if options.preparedByteCountMax > 0 { router.add(middleware: PreparedMiddleware(prepared: prepared)) }
    router.add(middleware: RESTRoutes(vendor: vendor, replies: replies))
    ODataRoutes(vendor: vendor, replies: replies, window: options.pageWindow).add(to: router.group("odata"))
    ControlRoutes(vendor: vendor, replies: replies, rules: rules, log: log, prepared: prepared)
      .add(to: router.group("vendor"))
    return router
  }

  /// The server as a service that ends on SIGTERM and SIGINT when it is run as one.
  ///
  /// - Parameter onListening: Called once, with the port, when the first request can be answered.
  /// - Returns: What to run.
  func listener(onListening: @escaping @Sendable (Int) -> Void) -> VendorListener {
    VendorListener(
      host: options.host,
      port: options.port,
      responder: router().buildResponder(),
      rules: rules,
      log: log,
      onListening: onListening,
      door: door
    )
  }
}
