internal import NIOCore

/// Knows when the other side of a connection has gone, or has said that it will send nothing more.
///
/// Confined to its connection's event loop.
final class ConnectionWatch: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = Any

  private var waiting: [EventLoopPromise<Void>] = []
  private var isGone = false

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed? = event as? ChannelEvent { finish() }
    context.fireUserInboundEventTriggered(event)
  }

  func channelInactive(context: ChannelHandlerContext) {
    finish()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { finish() }

  private func finish() {
    isGone = true
    for promise in waiting { promise.succeed() }
    waiting = []
  }

  private func add(_ promise: EventLoopPromise<Void>) {
    if isGone { promise.succeed() } else { waiting.append(promise) }
  }

  /// Waits until the other side has gone or the time is up.
  static func waitForEnd(of channel: any Channel, atMost duration: Duration) async {
    let promise = channel.eventLoop.makePromise(of: Void.self)
    let time = TimeAmount.nanoseconds(Int64(duration / .nanoseconds(1)))
    channel.eventLoop.execute {
      guard let watch = try? channel.pipeline.syncOperations.handler(type: ConnectionWatch.self) else {
        return promise.succeed()
      }
      watch.add(promise)
      let timer = channel.eventLoop.scheduleTask(in: time) { promise.succeed() }
      promise.futureResult.whenComplete { _ in timer.cancel() }
    }
    try? await promise.futureResult.get()
  }
}
