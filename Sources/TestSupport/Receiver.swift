internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// Somebody who is told: a real server on a real socket, which answers as a test wants and remembers what came.
public final class Receiver: Sendable {
  /// A request that came.
  public struct Delivery: Sendable {
    /// With the query.
    public var path: String
    /// By their names in small letters.
    public var headers: [String: String]
    public var body: String
  }

  /// On 127.0.0.1.
  public let port: Int
  private let channel: any Channel
  private let memory: Memory

  fileprivate final class Memory: Sendable {
    let deliveries = Mutex<[Delivery]>([])
    /// The status of the answer to each delivery, by its number from 1; 0 for no answer at all.
    let answer: @Sendable (Int) -> Int

    init(_ answer: @escaping @Sendable (Int) -> Int) { self.answer = answer }
  }

  /// In the order of their coming.
  public var deliveries: [Delivery] { memory.deliveries.withLock { $0 } }
  /// What each was about.
  public var events: [String] { deliveries.compactMap { $0.headers["weir-event"] } }

  private init(_ channel: any Channel, _ memory: Memory) {
    (self.channel, self.memory) = (channel, memory)
    port = channel.localAddress?.port ?? 0
  }

  /// Listens while `body` runs.
  ///
  /// - Parameters:
  ///   - port: 0 takes a free one.
  ///   - answer: The status of the answer to each request, by its number from 1; 0 for no answer at all.
  ///   - body: What is done meanwhile.
  /// - Returns: What the body returns.
  /// - Throws: What the body throws, and when it cannot listen.
  public static func listening<Result: Sendable>(
    port: Int = 0,
    answer: @escaping @Sendable (Int) -> Int = { _ in 204 },
    _ body: (Receiver) async throws -> Result
  ) async throws -> Result {
    let memory = Memory(answer)
    let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(Listener(memory))
        }
      }
      .bind(host: "127.0.0.1", port: port).get()
    return try await channel.whileOpen { try await body(Receiver(channel, memory)) }
  }
}

private final class Listener: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let memory: Receiver.Memory
  private var delivery = Receiver.Delivery(path: "", headers: [:], body: "")

  init(_ memory: Receiver.Memory) { self.memory = memory }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      delivery = Receiver.Delivery(path: head.uri, headers: [:], body: "")
      for (name, value) in head.headers { delivery.headers[name.lowercased()] = value }
    case .body(let part): delivery.body += String(buffer: part)
    case .end:
      let made = delivery
      let number = memory.deliveries.withLock { deliveries in
        deliveries.append(made)
        return deliveries.count
      }
      let status = memory.answer(number)
      guard status > 0 else { return }
      var headers = HTTPHeaders([("Content-Length", "0")])
      if (300...399).contains(status) { headers.add(name: "Location", value: "/elsewhere") }
      let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
  }
}
