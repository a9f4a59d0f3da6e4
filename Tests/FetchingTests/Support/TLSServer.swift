import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOPosix
import NIOSSL
import Synchronization
import SystemPackage
import TestSupport

/// A vendor behind TLS, which speaks HTTP/2 or HTTP/1.1 as the client and it agree (ALPN, RFC 7301).
final class TLSServer: Sendable {
  struct Seen {
    var connections = 0
    /// Path and query of each request, with the major number of HTTP's version.
    var requests: [(uri: String, version: Int)] = []
  }

  let port: Int
  private let state: Exchange

  /// By the name that the test's certificates are of.
  var url: String { "https://localhost:\(port)" }
  var seen: Seen { state.seen.withLock { $0 } }

  private init(port: Int, state: Exchange) { (self.port, self.state) = (port, state) }

  /// Serves while `body` runs; `reply` makes a JSON text of a request's path and query.
  static func serving<Result: Sendable>(
    _ pair: CertificatePair,
    protocols: [String] = ["h2", "http/1.1"],
    reply: @escaping @Sendable (String) -> String,
    _ body: (TLSServer) async throws -> Result
  ) async throws -> Result {
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMFile(pair.certificate.string).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(file: pair.key.string, format: .pem))
    )
    configuration.applicationProtocols = protocols
    let context = try NIOSSLContext(configuration: configuration)
    let state = Exchange(reply)
    let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        state.seen.withLock { $0.connections += 1 }
        return channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
        }.flatMap {
          channel.configureCommonHTTPServerPipeline { channel in
            channel.eventLoop.makeCompletedFuture {
              try channel.pipeline.syncOperations.addHandler(ExchangeHandler(state))
            }
          }
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let server = TLSServer(port: channel.localAddress?.port ?? 0, state: state)
    return try await channel.whileOpen { try await body(server) }
  }
}

private final class Exchange: Sendable {
  let seen = Mutex(TLSServer.Seen())
  private let reply: @Sendable (String) -> String

  init(_ reply: @escaping @Sendable (String) -> String) { self.reply = reply }

  func answer(_ head: HTTPRequestHead) -> ByteBuffer {
    seen.withLock { $0.requests.append((head.uri, head.version.major)) }
    return ByteBuffer(string: reply(head.uri))
  }
}

private final class ExchangeHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let exchange: Exchange
  private var head: HTTPRequestHead?

  init(_ exchange: Exchange) { self.exchange = exchange }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    case .body: break
    case .end:
      guard let head = head.take() else { return }
      let body = exchange.answer(head)
      let headers: HTTPHeaders = ["Content-Type": "application/json", "Content-Length": "\(body.readableBytes)"]
      context.write(
        wrapOutboundOut(.head(HTTPResponseHead(version: head.version, status: .ok, headers: headers))),
        promise: nil
      )
      context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
  }
}
