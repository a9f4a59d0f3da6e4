import Foundation
import NIOCore
import NIOPosix
import Synchronization
import TestSupport

/// A server that answers each request with bytes of the test's own, as they are: half a page, a gzip that ends early,
/// or nothing at all.
final class WireServer: Sendable {
  /// What goes back over the wire.
  struct Reply: Sendable {
    var bytes: [UInt8] = []
    /// The connection is closed behind the bytes.
    var closes = false
    /// Nothing is sent before this opens.
    var after: Gate?
    /// The bytes come a few at a time, with as long between them.
    var pause: TimeAmount?
  }

  let port: Int
  private let channel: any Channel
  private let answer: Answering

  var url: String { "http://127.0.0.1:\(port)" }
  /// The heads of all requests, in the order of their coming.
  var requests: [String] { answer.requests }

  private init(channel: any Channel, answer: Answering) {
    self.channel = channel
    self.answer = answer
    port = channel.localAddress?.port ?? 0
  }

  /// Serves while `body` runs; `reply` is the answer to a request, by its number from 1 and its head.
  static func serving<Result: Sendable>(
    _ reply: @escaping @Sendable (_ number: Int, _ head: String) -> Reply,
    _ body: (WireServer) async throws -> Result
  ) async throws -> Result {
    let answer = Answering(reply)
    let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(WireHandler(answer))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let server = WireServer(channel: channel, answer: answer)
    return try await channel.whileOpen { try await body(server) }
  }
}

extension WireServer.Reply {
  /// A whole answer with its length.
  init(_ body: String, status: String = "200 OK", headers: [String] = ["Content-Type: application/json"]) {
    self.init(Array(body.utf8), status: status, headers: headers)
  }

  init(_ body: [UInt8], status: String = "200 OK", headers: [String], length: Int? = nil, closes: Bool = false) {
    // A client that is not told would send its next request into the end of this connection.
    let close = closes ? ["Connection: close"] : []
    let head = ["HTTP/1.1 \(status)"] + headers + close + ["Content-Length: \(length ?? body.count)"]
    bytes = Array((head.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
    self.closes = closes
  }
}

/// What is asked and answered, on whichever connection.
private final class Answering: Sendable {
  private let heads = Mutex<[String]>([])
  private let reply: @Sendable (Int, String) -> WireServer.Reply

  init(_ reply: @escaping @Sendable (Int, String) -> WireServer.Reply) { self.reply = reply }

  var requests: [String] { heads.withLock { $0 } }

  func answer(_ head: String) -> WireServer.Reply {
    let number = heads.withLock { heads in
      heads.append(head)
      return heads.count
    }
    return reply(number, head)
  }
}

private final class WireHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let answering: Answering
  private var text = ""

  init(_ answering: Answering) { self.answering = answering }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    text += String(buffer: unwrapInboundIn(data))
    while let end = text.range(of: "\r\n\r\n") {
      let head = String(text[..<end.lowerBound])
      text.removeSubrange(..<end.upperBound)
      let reply = answering.answer(head)
      guard !reply.bytes.isEmpty else { continue }
      let channel = context.channel
      guard let gate = reply.after else {
        Self.send(reply, on: channel)
        continue
      }
      gate.whenOpen { Self.send(reply, on: channel) }
    }
  }

  private static func send(_ reply: WireServer.Reply, on channel: any Channel) {
    if let pause = reply.pause { return trickle(reply.bytes[...], pause, on: channel) }
    let written = channel.writeAndFlush(ByteBuffer(bytes: reply.bytes))
    if reply.closes { written.whenComplete { _ in channel.close(promise: nil) } }
  }

  /// Ends by itself when the other side has gone.
  private static func trickle(_ bytes: ArraySlice<UInt8>, _ pause: TimeAmount, on channel: any Channel) {
    guard !bytes.isEmpty else { return }
    channel.writeAndFlush(ByteBuffer(bytes: bytes.prefix(16))).whenSuccess {
      channel.eventLoop.scheduleTask(in: pause) { trickle(bytes.dropFirst(16), pause, on: channel) }
    }
  }
}
