internal import Glibc
internal import PipelineConfig
public import SystemPackage
internal import Telemetry

/// Where the keys of parents come from, one a line: `psql -Atc 'select "ListingKey" from "Property"'`.
public enum ParentKeySource: Equatable, Sendable {
  case standardInput
  case file(FilePath)

  /// `-` is standard input.
  public init(_ text: String) { self = text == "-" ? .standardInput : .file(FilePath(text)) }
}

/// Reads keys as they are needed, so that a million parents need no more memory than a batch.
actor ParentKeys {
  private let executor = BlockingExecutor()
  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

  private let feed: String
  private let descriptor: FileDescriptor
  private let isOurs: Bool
  private var buffer: [UInt8] = []
  /// What was read and not handed out yet begins here.
  private var start = 0
  private var isAtEnd = false
  private(set) var count = 0

  /// Longest key, in bytes.
  static let keyByteCountMax = 1_024
  private static let chunkByteCount = 64 << 10
  /// While nothing comes, how often it is looked whether the run was stopped, in milliseconds.
  private static let stopPoll: Int32 = 100

  /// - Throws: ``FetchError`` when the file cannot be opened.
  init(_ source: ParentKeySource, feed: String) throws(FetchError) {
    self.feed = feed
    switch source {
    case .standardInput:
      (descriptor, isOurs) = (.standardInput, false)
    case .file(let path):
      do {
        descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
      } catch {
        throw FetchError(
          feed: feed,
          message: "the file of parent keys \(path) cannot be read: \(error)",
          hint: "name a file with one key a line, or - for standard input",
          exitStatus: .noInput
        )
      }
      isOurs = true
    }
  }

  deinit { if isOurs { try? descriptor.close() } }

  /// The next keys, at most so many; none at the end.
  ///
  /// - Throws: ``FetchError``, `CancellationError`.
  func next(most: Int) throws -> [String] {
    var keys: [String] = []
    while keys.count < most, let key = try nextLine() {
      if key.isEmpty { continue }
      keys.append(key)
      count += 1
    }
    return keys
  }

  private func nextLine() throws -> String? {
    while true {
      if let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { start = end + 1 }
        return try key(buffer[start..<end])
      }
      if isAtEnd {
        guard start < buffer.count else { return nil }
        defer { start = buffer.count }
        return try key(buffer[start...])
      }
      guard buffer.count - start <= Self.keyByteCountMax else {
        throw problem("is longer than \(Self.keyByteCountMax) bytes")
      }
      try waitForMore()
      try readMore()
    }
  }

  /// Returns when there is something to read, or the end: `read` itself could not be ended.
  private func waitForMore() throws(CancellationError) {
    var request = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
    while true {
      guard !Task.isCancelled else { throw CancellationError() }
      let count = unsafe poll(&request, 1, Self.stopPoll)
      // What goes wrong, beyond a signal, `read` says.
      guard count == 0 || count < 0 && errno == EINTR else { return }
    }
  }

  private func readMore() throws(FetchError) {
    buffer.removeFirst(start)
    start = 0
    do {
      let old = buffer.count
      buffer.append(contentsOf: repeatElement(0, count: Self.chunkByteCount))
      let got = try unsafe buffer.withUnsafeMutableBytes { bytes in
        try unsafe descriptor.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[old...]))
      }
      buffer.removeLast(Self.chunkByteCount - got)
      isAtEnd = got == 0
    } catch {
      throw FetchError(
        feed: feed,
        message: "the parent keys cannot be read: \(error)",
        hint: "run it again",
        exitStatus: .ioError
      )
    }
  }

  private func key(_ bytes: ArraySlice<UInt8>) throws(FetchError) -> String {
    var bytes = bytes
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    guard bytes.count <= Self.keyByteCountMax else { throw problem("is longer than \(Self.keyByteCountMax) bytes") }
    guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F })
    else {
      throw problem("is no text that a vendor could be asked for")
    }
    return text
  }

  private func problem(_ what: String) -> FetchError {
    FetchError(
      feed: feed,
      message: "parent key \(count + 1) \(what)",
      hint: "give one key a line and nothing else: psql -At does",
      exitStatus: .dataError
    )
  }
}
