internal import NIOCore
internal import NIOHTTPTypes

/// Cuts a client that takes too long to say what it wants: a head, and then a body, have to be whole within a time, however
/// they trickle in.
///
/// Confined to its connection's event loop.
final class RequestDeadline: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  /// From the connection, or from the answer before, to the head's end. Also how long a connection may be idle.
  static let headTime = TimeAmount.seconds(10)
  /// From the head to the body's end: 64 KiB at 2 KiB a second.
  static let bodyTime = TimeAmount.seconds(30)

  /// From the body's end until the answer has been taken, by a client that reads it as slowly as it may.
  static let answerTime = TimeAmount.seconds(120)

  private let headTime: TimeAmount
  private let bodyTime: TimeAmount
  private var timer: Scheduled<Void>?
  /// Requests whose answer has not been written to its end.
  private var open = 0

  init(headTime: TimeAmount = headTime, bodyTime: TimeAmount = bodyTime) {
    (self.headTime, self.bodyTime) = (headTime, bodyTime)
  }

  func handlerAdded(context: ChannelHandlerContext) { if context.channel.isActive { begin(headTime, context) } }

  func channelActive(context: ChannelHandlerContext) {
    begin(headTime, context)
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    timer?.cancel()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head:
      open += 1
      begin(bodyTime, context)
    case .body: break
    // An answer may have gone out before its request was whole.
    case .end: begin(open == 0 ? headTime : Self.answerTime, context)
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if case .end = unwrapOutboundIn(data) {
      open -= 1
      begin(open == 0 ? headTime : Self.answerTime, context)
    }
    context.write(data, promise: promise)
  }

  private func begin(_ time: TimeAmount, _ context: ChannelHandlerContext) {
    timer?.cancel()
    let channel = context.channel
    timer = context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
  }
}
