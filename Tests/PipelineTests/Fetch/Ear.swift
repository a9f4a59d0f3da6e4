import NIOCore
import NIOPosix
import Synchronization

/// Somebody else's server: listens, says nothing, and remembers whatever it was told.
final class Ear: Sendable {
  private final class Memory: Sendable {
    let heard = Mutex<[String]>([])
  }

  private final class Listener: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let memory: Memory

    init(_ memory: Memory) { self.memory = memory }

    func channelActive(context: ChannelHandlerContext) { memory.heard.withLock { $0.append("a connection") } }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let text = String(buffer: unwrapInboundIn(data))
      memory.heard.withLock { $0.append(text) }
      context.close(promise: nil)
    }
  }

  let port: Int
  private let channel: any Channel
  private let memory: Memory

  private init(_ channel: any Channel, _ memory: Memory) {
    (self.channel, self.memory) = (channel, memory)
    port = channel.localAddress?.port ?? 0
  }

  /// Connections, and what came over them.
  var heard: [String] { memory.heard.withLock { $0 } }

  static func listening<Result>(_ body: (Ear) async throws -> Result) async throws -> Result {
    let memory = Memory()
    let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Listener(memory)) }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    do {
      let result = try await body(Ear(channel, memory))
      try await channel.close()
      return result
    } catch {
      try? await channel.close()
      throw error
    }
  }
}
