internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1

/// Reads the body of an answer, within bounds.
struct ResponseBody {
  private let response: HTTPClientResponse
  private let deadline: NIODeadline
  private let idle: TimeAmount
  private let most: Int
  /// What was read, also when reading failed.
  private(set) var byteCount = 0

  /// Largest page, in bytes after decompression: with one such page the program stays under 128 MiB. Twenty-four
  /// thousand records of 2 KB; more is a page size that nobody needs, a mistake or an attack.
  static let byteCountMax = 48 << 20
  /// As much of an answer that is none as is looked at for a message.
  static let messageByteCountMax = 64 << 10

  /// A body that is slow over each `idle` is given up, and one of more than `byteCountMax` bytes is refused.
  init(
    _ response: HTTPClientResponse,
    deadline: NIODeadline,
    idle: TimeAmount,
    byteCountMax: Int = ResponseBody.byteCountMax
  ) {
    self.response = response
    self.deadline = deadline
    self.idle = idle
    most = byteCountMax
  }

  /// All of it, in one buffer.
  ///
  /// The HTTP decoder notices a body shorter than its `Content-Length` and chunks that do not end; the decompressor a
  /// gzip stream without its end or with a wrong checksum.
  ///
  /// - Throws: ``RequestFailure``, and what the client throws.
  mutating func whole() async throws -> ByteBuffer {
    let encoding = response.headers.first(name: "Content-Encoding")?.lowercased().trimmed ?? "identity"
    guard ["identity", "gzip", "deflate"].contains(encoding) else {
      throw RequestFailure(.content, "the body comes as \"\(encoding.prefix(20))\", which was not asked for")
    }
    let announced = response.headers.first(name: "Content-Length").flatMap { Int($0) }
    if let announced, announced > most { throw Self.tooLarge }
    var body = ByteBuffer()
    if let announced { body.reserveCapacity(announced) }
    var rate = MinimumRate(over: idle, from: .now())
    for try await chunk in response.body {
      byteCount += chunk.readableBytes
      guard body.readableBytes + chunk.readableBytes <= most else { throw Self.tooLarge }
      body.writeImmutableBuffer(chunk)
      let now = NIODeadline.now()
      // The client's own deadline ends with the head of the answer.
      guard now < deadline else { throw HTTPClientError.deadlineExceeded }
      guard rate.arrived(chunk.readableBytes, at: now) else {
        throw RequestFailure(.timeout, "less than \(MinimumRate.bytesPerSecond) bytes a second came of the body")
      }
    }
    if let announced, encoding == "identity", body.readableBytes != announced {
      throw RequestFailure(.network, "\(body.readableBytes) bytes came of \(announced)")
    }
    return body
  }

  /// The first bytes, as far as they can be had.
  mutating func beginning() async -> [UInt8] {
    var bytes: [UInt8] = []
    do {
      for try await chunk in response.body {
        byteCount += chunk.readableBytes
        bytes.append(contentsOf: chunk.readableBytesView.prefix(Self.messageByteCountMax - bytes.count))
        if bytes.count >= Self.messageByteCountMax || NIODeadline.now() >= deadline { break }
      }
    } catch {
      // The status is the news; a message that cannot be read adds nothing.
    }
    return bytes
  }

  private static let tooLarge: RequestFailure = {
    var failure = RequestFailure(
      .refused,
      "a page of more than \(byteCountMax >> 20) MiB",
      hint: "ask for fewer records a page: pagination.page_size"
    )
    failure.isTooLarge = true
    return failure
  }()
}
