internal import Glibc
internal import JSONText
internal import PipelineConfig
internal import Synchronization
public import SystemPackage
public import Telemetry

/// Deliveries that wait, each a file of its own: what was put in is there after a restart, a kill, a loss of power.
///
/// `<folder>/<receiver>/<time>-<place>-<number>.json`. A file holds neither the receiver's address nor its secret; these are the
/// pipeline's.
public struct WebhookQueue: Sendable {
  public let folder: FilePath

  /// Deliveries that wait for one receiver at most: when it is away for long, the oldest are told, and the newest are not kept.
  public static let waitingMax = 1000
  private static let place = Atomic<Int>(0)
  /// Bytes of a file at most; a run of a thousand feeds has a tenth of it.
  static let bytesMax = 4 << 20

  /// - Parameter folder: Made when the first delivery is put in.
  public init(folder: FilePath) { self.folder = folder }

  /// One delivery that waits.
  public struct Delivery: Sendable, Equatable {
    public var receiver: String
    public var fileName: String
    public var event: String
    public var body: String
    /// When it was put in, in milliseconds since 1970.
    public var queued: Int
    /// Tries until now.
    public var attempts = 0
    /// Not to be tried before, in milliseconds since 1970.
    public var due = 0
  }

  /// Puts a delivery in. Durable when it returns.
  ///
  /// - Returns: False when too many wait already.
  /// - Throws: ``WebhookQueueError``.
  public func put(_ message: WebhookMessage, for receiver: String) throws(WebhookQueueError) -> Bool {
    guard try names(receiver).count < Self.waitingMax else { return false }
    let number = String(UInt32.random(in: .min ... .max), radix: 36)
    // Those of one moment keep their order, too.
    let place = Self.place.add(1, ordering: .relaxed).newValue
    let name = "\(message.time.padded(14))-\(place.padded(8))-\(number).json"
    var delivery = Delivery(
      receiver: receiver,
      fileName: name,
      event: message.event.rawValue,
      body: message.body,
      queued: message.time
    )
    delivery.due = message.time
    try save(delivery)
    return true
  }

  /// Everything that waits for a receiver, the oldest first; a file that is none of ours is left alone.
  ///
  /// - Throws: ``WebhookQueueError``.
  public func waiting(for receiver: String) throws(WebhookQueueError) -> [Delivery] {
    var found: [Delivery] = []
    for name in try names(receiver) {
      guard let bytes = try read(path(receiver, name)), let value = try? JSONValue(parsing: bytes),
        let delivery = Delivery(value, receiver: receiver, fileName: name)
      else { continue }
      found.append(delivery)
    }
    return found
  }

  /// Puts a delivery in the place of what its file held.
  ///
  /// - Throws: ``WebhookQueueError``.
  func save(_ delivery: Delivery) throws(WebhookQueueError) {
    let target = path(delivery.receiver, delivery.fileName)
    try replace(target, with: delivery.json.encoded)
  }

  func remove(_ delivery: Delivery) {
    // One that comes back after a loss of power is delivered twice, which its id tells the receiver.
    unsafe unlink(path(delivery.receiver, delivery.fileName).string)
  }

  /// Runs `body` as the only one who delivers; nil when another program does already.
  func alone<Value>(_ body: () async throws -> Value) async throws -> Value? {
    try make(folder)
    let lock: FileDescriptor
    do {
      lock = try FileDescriptor.open(
        folder.appending("lock"),
        .readWrite,
        options: [.create, .closeOnExec, .noFollow],
        permissions: [.ownerReadWrite]
      )
    } catch { throw WebhookQueueError(path: folder.string, reason: "\(error)") }
    // A program that is being started has the open file, too, for a moment: closing alone would leave the lock with it.
    defer {
      flock(lock.rawValue, LOCK_UN)
      try? lock.close()
    }
    guard flock(lock.rawValue, LOCK_EX | LOCK_NB) == 0 else { return nil }
    return try await body()
  }

  /// A small file beside the deliveries.
  func note(_ name: String) throws(WebhookQueueError) -> String? {
    try read(folder.appending(name)).map { String(decoding: $0, as: UTF8.self) }
  }

  func note(_ name: String, _ text: String) throws(WebhookQueueError) {
    try replace(folder.appending(name), with: text)
  }
}

extension WebhookQueue {
  private func path(_ receiver: String, _ name: String) -> FilePath { folder.appending(receiver).appending(name) }

  private func names(_ receiver: String) throws(WebhookQueueError) -> [String] {
    let directory = folder.appending(receiver)
    guard let stream = unsafe opendir(directory.string) else {
      if errno == ENOENT { return [] }
      throw WebhookQueueError(path: directory.string, reason: "\(Errno(rawValue: errno))")
    }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name.hasSuffix(".json"), !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  private func make(_ directory: FilePath) throws(WebhookQueueError) {
    for path in [directory.removingLastComponent(), directory] {
      let answer = unsafe mkdir(path.string, 0o700)
      if answer == 0 || errno == EEXIST { continue }
      throw WebhookQueueError(path: path.string, reason: "\(Errno(rawValue: errno))")
    }
  }

  /// Beside it, then in its place; file and folder are on the disk when this returns.
  private func replace(_ path: FilePath, with text: String) throws(WebhookQueueError) {
    let directory = path.removingLastComponent()
    try make(directory)
    let draft = directory.appending(".\(path.lastComponent?.string ?? "").\(getpid())")
    do {
      let file = try FileDescriptor.open(
        draft,
        .writeOnly,
        options: [.create, .truncate, .closeOnExec, .noFollow],
        permissions: [.ownerReadWrite]
      )
      _ = try file.closeAfter {
        _ = try file.writeAll(text.utf8)
        guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
      }
      guard unsafe rename(draft.string, path.string) == 0 else { throw Errno(rawValue: errno) }
      let folder = try FileDescriptor.open(directory, .readOnly, options: [.directory, .closeOnExec])
      _ = try folder.closeAfter { guard fsync(folder.rawValue) == 0 else { throw Errno(rawValue: errno) } }
    } catch {
      unsafe unlink(draft.string)
      throw WebhookQueueError(path: path.string, reason: "\(error)")
    }
  }

  private func read(_ path: FilePath) throws(WebhookQueueError) -> [UInt8]? {
    do {
      let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .noFollow])
      return try file.closeAfter {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count <= Self.bytesMax {
          let count = try unsafe piece.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
          if count == 0 { return bytes }
          bytes += piece[..<count]
        }
        throw Errno.fileTooLarge
      }
    } catch Errno.noSuchFileOrDirectory {
      return nil
    } catch { throw WebhookQueueError(path: path.string, reason: "\(error)") }
  }
}

extension WebhookQueue.Delivery {
  fileprivate var json: JSONValue {
    .object([
      JSONMember(name: "event", value: .string(event)), JSONMember(name: "queued", value: .number(String(queued))),
      JSONMember(name: "attempts", value: .number(String(attempts))),
      JSONMember(name: "due", value: .number(String(due))),
      JSONMember(name: "body", value: .string(body)),
    ])
  }

  fileprivate init?(_ value: JSONValue, receiver: String, fileName: String) {
    guard let event = value["event"]?.text, let body = value["body"]?.text, let queued = value["queued"]?.integer,
      let attempts = value["attempts"]?.integer, let due = value["due"]?.integer
    else { return nil }
    self.init(
      receiver: receiver,
      fileName: fileName,
      event: event,
      body: body,
      queued: queued,
      attempts: attempts,
      due: due
    )
  }
}

/// The queue of deliveries cannot be read or written.
public struct WebhookQueueError: OperatorError {
  public var path: String
  public var reason: String

  public var message: String { "webhook queue \(path): \(reason)" }
  public var hint: String? { "see that this user may write there and that the disk has room" }
  public var exitStatus: ExitStatus { .ioError }
}
