internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Synchronization

/// Takes the bytes of an answer that was meant for a client.
struct BodyCollector: ResponseBodyWriter, Sendable {
  private final class Box: Sendable {
    let buffer = Mutex(ByteBuffer())
  }

  private let box = Box()

  mutating func write(_ buffer: ByteBuffer) async throws {
    box.buffer.withLock {
      var part = buffer
      $0.writeBuffer(&part)
    }
  }

  consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}

  static func collect(_ body: ResponseBody) async throws -> ByteBuffer {
    let collector = BodyCollector()
    try await body.write(collector)
    return collector.box.buffer.withLock { $0 }
  }
}
