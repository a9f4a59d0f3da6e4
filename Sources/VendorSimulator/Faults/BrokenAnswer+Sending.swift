internal import Glibc
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import NIOHTTP1

extension BrokenAnswer {
  /// Writes the answer past HTTP, straight to the socket, and ends the connection.
  ///
  /// - Parameters:
  ///   - channel: The connection.
  ///   - visit: Is told how much was sent.
  ///   - skew: How far the vendor's clock is from this machine's, in microseconds.
  ///   - page: What the answer should have been.
  /// - Returns: Nothing: there is no answer any more that HTTP could send.
  /// - Throws: ``ConnectionEnded`` always, or what `page` throws.
  func send(
    to channel: any Channel,
    _ visit: Visit,
    skew: Int64,
    _ page: () async throws -> Response
  ) async throws -> Response {
    if place == .beforeHead {
      try await end(channel)
      throw ConnectionEnded()
    }
    var response = try await page()
    var body: ByteBuffer
    if framing == .gzip {
      (response, body) = try await FaultMiddleware.gzipped(response)
    } else {
      body = try await BodyCollector.collect(response.body)
    }
    let isWhole = if case .trickle = ending { true } else { false }
    let sentBytes = isWhole ? body.readableBytes : place == .afterHead ? 0 : Int(Double(body.readableBytes) * fraction)
    let bodyBytes = framing == .gzip && !isWhole ? sentBytes : body.readableBytes
    let head = head(response, bodyBytes: bodyBytes, at: Moment.now().moved(by: skew).stamp)
    visit.note { ($0.sentStatus, $0.sentBytes) = (response.status.code, sentBytes) }
    try await write(ByteBuffer(string: head), to: channel)
    var sent = body.readSlice(length: sentBytes) ?? ByteBuffer()
    if framing == .chunked, sentBytes > 0 {
      // One chunk that promises the whole body.
      let size = String(sentBytes + body.readableBytes, radix: 16)
      try await write(ByteBuffer(string: "\(size)\r\n"), to: channel)
    }
    if case .trickle(let bytes, let pause) = ending {
      while channel.isActive, let part = sent.readSlice(length: min(bytes, max(1, sent.readableBytes))) {
        try await write(part, to: channel)
        try await Task.sleep(for: pause)
      }
      if framing == .chunked { try await write(ByteBuffer(string: "\r\n0\r\n\r\n"), to: channel) }
    } else if sentBytes > 0 {
      try await write(sent, to: channel)
    }
    try await end(channel)
    throw ConnectionEnded()
  }

  private func head(_ response: Response, bodyBytes: Int, at stamp: Stamp) -> String {
    var text = "HTTP/1.1 \(response.status.code) \(response.status.reasonPhrase)\r\n"
    for field in response.headers where field.name != .contentLength {
      text += "\(field.name.rawName): \(field.value)\r\n"
    }
    text += "Date: \(HTTPDate.text(of: stamp))\r\n"
    text += framing == .chunked ? "Transfer-Encoding: chunked\r\n" : "Content-Length: \(bodyBytes)\r\n"
    return text + "\r\n"
  }

  private func end(_ channel: any Channel) async throws {
    switch ending {
    case .close, .trickle: try? await channel.close()
    case .silence(let duration):
      await ConnectionWatch.waitForEnd(of: channel, atMost: duration)
      try? await channel.close()
    case .reset:
      // To close with a lingering time of nothing sends RST and throws away what is not sent yet (socket(7)). What was
      // written before has to be on its way: the kernel has it when the write's promise is kept.
      if let socket = channel as? any SocketOptionProvider {
        try? await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
      }
      try? await channel.close()
    }
  }

  /// Past the encoder: what is written here is bytes already.
  private func write(_ bytes: ByteBuffer, to channel: any Channel) async throws {
    try await channel.eventLoop.flatSubmit {
      do {
        let context = try channel.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
        return context.writeAndFlush(NIOAny(IOData.byteBuffer(bytes)))
      } catch {
        return channel.eventLoop.makeFailedFuture(error)
      }
    }.get()
  }
}
