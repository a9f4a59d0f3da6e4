import NIOCore
import NIOPosix

/// A vendor that answers every request with half a page and hangs up: 1,000 bytes promised, fewer sent.
struct CutOffServer {
  let port: Int
  private let channel: any Channel

  static func start() async throws -> CutOffServer {
    let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(HalfAPage()) }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    return CutOffServer(port: channel.localAddress?.port ?? 0, channel: channel)
  }

  func stop() async throws { try await channel.close() }
}

private final class HalfAPage: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let text =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"total\":2,\"data\":[{\"id\":1},{\"i"
    let channel = context.channel
    channel.writeAndFlush(ByteBuffer(string: text)).whenComplete { _ in channel.close(promise: nil) }
  }
}
