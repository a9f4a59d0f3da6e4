import Foundation
import NIOCore
import NIOPosix
import Postgres
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// Stands between a program and PostgreSQL, counts the messages of the protocol in both directions, and at one of them
/// closes the connection: before it is passed on, or after.
final class CutProxy: Sendable {
  enum Side: CaseIterable, Sendable { case before, after }

  /// The number of the message at which to cut, from 1.
  private let state = Mutex<(passed: Int, cut: Int, side: Side)>((0, 0, .before))
  private let channel: any Channel
  private let folder: String
  /// What a program is told to connect to.
  let address: String

  private init(channel: any Channel, folder: String, address: String) {
    (self.channel, self.folder, self.address) = (channel, folder, address)
  }

  static func start(before database: TestDatabase) async throws -> CutProxy {
    var connection = try database.connect()
    let directories = try connection.query("SHOW unix_socket_directories")[0][0] ?? ""
    let port = try connection.query("SHOW port")[0][0] ?? ""
    let server = "\(directories.prefix { $0 != "," })/.s.PGSQL.\(port)"
    // A socket's path may have 107 bytes.
    let folder = "/tmp/weir-cut-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let box = Mutex<CutProxy?>(nil)
    let next: @Sendable () -> Relay.Verdict = { box.withLock { $0 }?.next() ?? .pass }
    let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .childChannelOption(.autoRead, value: false)
      .childChannelInitializer { client in
        ClientBootstrap(group: client.eventLoop)
          .channelInitializer { server in
            server.eventLoop.makeCompletedFuture {
              try server.pipeline.syncOperations.addHandler(Relay(to: client, isFromClient: false, next))
            }
          }
          .connect(unixDomainSocketPath: server)
          .flatMap { server in
            client.eventLoop.makeCompletedFuture {
              try client.pipeline.syncOperations.addHandler(Relay(to: server, isFromClient: true, next))
            }
          }
          .flatMap { client.setOption(.autoRead, value: true) }
      }
      .bind(unixDomainSocketPath: "\(folder)/.s.PGSQL.\(port)").get()
    let proxy = CutProxy(channel: channel, folder: folder, address: database.address("host", folder))
    box.withLock { $0 = proxy }
    return proxy
  }

  func stop() async throws {
    try await channel.close()
    try FileManager.default.removeItem(atPath: folder)
  }

  /// Counts from 0 again, and cuts at that message, once.
  func arm(at message: Int, _ side: Side) { state.withLock { $0 = (0, message, side) } }

  /// Whether it came to that message.
  var hasCut: Bool { state.withLock { $0.passed >= $0.cut } }

  fileprivate func next() -> Relay.Verdict {
    state.withLock { state in
      state.passed += 1
      guard state.passed == state.cut else { return .pass }
      return state.side == .before ? .cutBefore : .cutAfter
    }
  }
}

/// One direction of a connection, message by message.
private final class Relay: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  enum Verdict { case pass, cutBefore, cutAfter }

  private let peer: any Channel
  private let next: @Sendable () -> Verdict
  private var buffer = ByteBuffer()
  /// A client's first message has a length and no type.
  private var hasType: Bool

  init(to peer: any Channel, isFromClient: Bool, _ next: @escaping @Sendable () -> Verdict) {
    (self.peer, self.next, hasType) = (peer, next, !isFromClient)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var data = unwrapInboundIn(data)
    buffer.writeBuffer(&data)
    var passed = ByteBuffer()
    while var message = message() {
      switch next() {
      case .pass: passed.writeBuffer(&message)
      case .cutBefore: return cut(passed, context)
      case .cutAfter:
        passed.writeBuffer(&message)
        return cut(passed, context)
      }
    }
    if passed.readableBytes > 0 { peer.writeAndFlush(passed, promise: nil) }
  }

  private func message() -> ByteBuffer? {
    let start = buffer.readerIndex + (hasType ? 1 : 0)
    guard let length = buffer.getInteger(at: start, as: Int32.self) else { return nil }
    let message = buffer.readSlice(length: Int(length) + (hasType ? 1 : 0))
    if message != nil { hasType = true }
    return message
  }

  private func cut(_ last: ByteBuffer, _ context: ChannelHandlerContext) {
    let (own, peer) = (context.channel, peer)
    peer.writeAndFlush(last).whenComplete { _ in
      peer.close(promise: nil)
      own.close(promise: nil)
    }
  }

  func channelInactive(context: ChannelHandlerContext) { peer.close(promise: nil) }
  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
