internal import Glibc
internal import SystemPackage

/// A source's state and the times of its latest requests, in a file that all programs which ask that source share:
/// `.sources/<source>.state`.
///
/// Numbers of 64 bits, little-endian: a mark of the format, the capacity of the ring, the fields of ``SourceState``; sixty-four
/// pairs of a minute and the bytes that came in it; then the ring of request times in milliseconds since 1970, where request
/// `n` stands at `n` modulo the capacity. Changed under a lock only. It is not made durable: after a loss of power the
/// shorter windows are over anyway.
public struct SourceFile: ~Copyable {
  private let file: OpenFile
  private let capacity: Int

  private static let mark = 0x5745_4952_0001
  private static let minutesCount = 64
  /// Requests that wait at once: sixteen programs with as many as a source allows.
  private static let queueMax = 16 * 64
  private static let minutesAt = 2 + SourceState.fieldCount
  private static let headerCount = minutesAt + 2 * minutesCount

  /// So many requests within so long.
  public struct Window: Equatable, Sendable {
    public var count: Int
    public var milliseconds: Int

    public init(count: Int, milliseconds: Int) { (self.count, self.milliseconds) = (count, milliseconds) }
  }

  /// A request's place in the ring, and when it may go out.
  public struct Turn: Equatable, Sendable {
    public var index: Int
    /// Milliseconds since 1970.
    public var time: Int
  }

  /// Whether a request may have a turn.
  public enum Admission<Block: Sendable>: Sendable {
    /// With the state behind it.
    case turn(Turn, SourceState)
    case blocked(Block)
  }

  init(_ path: FilePath, capacity: Int) throws(SpoolError) {
    file = try OpenFile(path, .readWrite, options: .create)
    self.capacity = max(1, capacity)
  }

  /// Changes the state, alone among all programs.
  ///
  /// - Throws: ``SpoolError``.
  public borrowing func update<Value>(_ body: (inout SourceState) -> Value) throws(SpoolError) -> Value {
    try locked { state throws(SpoolError) in body(&state) }
  }

  /// Takes the next turn that keeps to every window, counting the requests of all programs, unless the state forbids it.
  ///
  /// - Parameters:
  ///   - windows: The limits.
  ///   - bytesPerHour: No turn before the bytes of the last hour are fewer.
  ///   - now: Milliseconds since 1970.
  ///   - block: Says why there is no turn now; nil when there is one. May change the state.
  /// - Returns: The turn, which may lie ahead.
  /// - Throws: ``SpoolError``.
  public borrowing func takeTurn<Block: Sendable>(
    _ windows: [Window],
    bytesPerHour: Int?,
    now: Int,
    unless block: (inout SourceState) -> Block?
  ) throws(SpoolError) -> Admission<Block> {
    try locked { state throws(SpoolError) in
      if let why = block(&state) { return .blocked(why) }
      let index = state.requests
      var time = now
      for window in windows where window.count <= min(index, capacity) {
        // Turns lie ahead as far as programs queue for them. A clock that was set back must not stop everything for longer.
        let furthest = now + window.milliseconds * (1 + Self.queueMax / window.count)
        let earlier = min(try ring(index - window.count), furthest)
        time = max(time, earlier + window.milliseconds)
      }
      if let bytesPerHour { time = max(time, try bytesEnd(limit: bytesPerHour, now: now)) }
      // Without a window nobody asks when it was.
      if !windows.isEmpty { try write([time], at: Self.headerCount + index % capacity) }
      state.requests += 1
      return .turn(Turn(index: index, time: time), state)
    }
  }

  /// Looks again when a turn is due: who went before may have come later than it was to.
  ///
  /// - Parameters:
  ///   - turn: As it was given out.
  ///   - windows: The limits.
  ///   - slack: Who comes later than this has lost the turn to those behind, who may have gone by then.
  ///   - now: Milliseconds since 1970.
  /// - Returns: The turn, which may lie ahead once more, or nil when it is lost; and the state.
  /// - Throws: ``SpoolError``.
  public borrowing func confirm(
    _ turn: Turn,
    _ windows: [Window],
    slack: Int,
    now: Int
  ) throws(SpoolError) -> (Turn?, SourceState) {
    try locked { state throws(SpoolError) in
      // A turn that nobody has followed is the last of the queue still, and only becomes a later one.
      if now > turn.time + slack, state.requests - turn.index > 1 { return (nil, state) }
      // Of a turn that so many have followed nothing is remembered.
      guard state.requests - turn.index <= capacity else { return (turn, state) }
      let soonest = max(now, turn.time)
      var time = soonest
      for window in windows where window.count <= turn.index {
        let before = turn.index - window.count
        guard state.requests - before <= capacity else { continue }
        let earlier = min(try ring(before), soonest)
        time = max(time, earlier + window.milliseconds)
      }
      if time > turn.time, !windows.isEmpty { try write([time], at: Self.headerCount + turn.index % capacity) }
      return (Turn(index: turn.index, time: time), state)
    }
  }

  /// Notes when a request was at the vendor at the latest, what came back, and what that says of the source.
  ///
  /// - Throws: ``SpoolError``.
  public borrowing func settle<Value>(
    _ turn: Turn,
    at time: Int,
    bytes: Int,
    _ change: (inout SourceState) -> Value
  ) throws(SpoolError) -> Value {
    try locked { state throws(SpoolError) in
      if state.requests - turn.index <= capacity, time > turn.time {
        try write([time], at: Self.headerCount + turn.index % capacity)
      }
      if bytes > 0 {
        let minute = time / 60_000
        let place = Self.minutesAt + 2 * (minute % Self.minutesCount)
        let before = try numbers(at: place, count: 2)
        try write([minute, (before.count == 2 && before[0] == minute ? before[1] : 0) + bytes], at: place)
      }
      return change(&state)
    }
  }

  /// When the bytes of the last hour are fewer than the limit. Whole minutes count, so the hour is up to a minute longer.
  private borrowing func bytesEnd(limit: Int, now: Int) throws(SpoolError) -> Int {
    let buckets = try numbers(at: Self.minutesAt, count: 2 * Self.minutesCount)
    let minute = now / 60_000
    let pairs: [(at: Int, bytes: Int)] = (0..<(buckets.count / 2)).map { (buckets[2 * $0], buckets[2 * $0 + 1]) }
    let minutes = pairs.filter { $0.at > minute - 61 && $0.at <= minute }.sorted { $0.at < $1.at }
    var sum = minutes.reduce(0) { $0 + $1.bytes }
    for (at, bytes) in minutes where sum >= limit {
      sum -= bytes
      if sum < limit { return (at + 61) * 60_000 }
    }
    return now
  }
}

extension SourceFile {
  /// Runs with the lock and the state, and keeps what changed of it. The file is made anew when it is new or of another
  /// form.
  ///
  /// Every request comes by here twice, so no more is read than the state: nine numbers.
  private borrowing func locked<Value>(
    _ body: (inout SourceState) throws(SpoolError) -> Value
  ) throws(SpoolError) -> Value {
    _ = try file.lock(waits: true)
    defer { file.unlock() }
    var header = try numbers(at: 0, count: Self.minutesAt)
    if header.count < Self.minutesAt || header[0] != Self.mark || header[1] != capacity {
      header = try makeAnew(try numbers(at: 0, count: Self.headerCount))
    }
    let before = SourceState(fields: Array(header[2..<Self.minutesAt]))
    var state = before
    let value = try body(&state)
    if state != before { try write(state.fields, at: 2) }
    return value
  }

  /// Another capacity keeps the latest requests that it has room for: a changed limit must not forget what was asked.
  private borrowing func makeAnew(_ old: [Int]) throws(SpoolError) -> [Int] {
    var header = [Self.mark, capacity] + [Int](repeating: 0, count: Self.headerCount - 2)
    var times: [Int] = []
    if old.count == Self.headerCount, old[0] == Self.mark, old[1] > 0, old[2] >= 0 {
      header.replaceSubrange(2..., with: old[2...])
      // A torn file may say any capacity; no more is read than is there.
      let kept = try numbers(at: Self.headerCount, count: min(old[1], file.status().size / 8))
      let count = min(old[2], capacity, old[1])
      times = ((old[2] - count)..<old[2]).map { kept.indices.contains($0 % old[1]) ? kept[$0 % old[1]] : 0 }
    }
    var ring = [Int](repeating: 0, count: capacity)
    for (offset, time) in times.enumerated() { ring[(header[2] - times.count + offset) % capacity] = time }
    try write(header + ring, at: 0)
    return header
  }

  private borrowing func ring(_ index: Int) throws(SpoolError) -> Int {
    try numbers(at: Self.headerCount + index % capacity, count: 1).first ?? 0
  }

  /// Fewer when the file ends before.
  private borrowing func numbers(at place: Int, count: Int) throws(SpoolError) -> [Int] {
    let bytes = try file.bytes(at: place * 8, count: count * 8)
    return Self.numbers(in: bytes)
  }

  private static func numbers(in bytes: [UInt8]) -> [Int] {
    (0..<(bytes.count / 8)).map { number in (0..<8).reduce(0) { $0 | Int(bytes[number * 8 + $1]) << ($1 * 8) } }
  }

  private borrowing func write(_ numbers: [Int], at place: Int) throws(SpoolError) {
    let bytes = numbers.flatMap { number in (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) } }
    try file.write(bytes.span, at: place * 8)
  }
}

extension Spool {
  /// The file that all programs share which ask a source; made when it is not there.
  ///
  /// `capacity` is the number of requests that are remembered: the largest count of any window.
  ///
  /// - Throws: ``SpoolError``.
  public func sourceFile(_ source: String, capacity: Int) throws(SpoolError) -> SourceFile {
    let path = try sourcePath(source)
    try Directory.ensure(path.parentDirectory)
    return try SourceFile(path, capacity: capacity)
  }

  /// What is known of a source; nil when it was never asked.
  ///
  /// - Throws: ``SpoolError``.
  public func sourceState(_ source: String) throws(SpoolError) -> SourceState? {
    let path = try sourcePath(source)
    do throws(SpoolError) { return try SourceFile.state(at: path) } catch .system(.noSuchFileOrDirectory, _, _) {
      return nil
    }
  }

  private func sourcePath(_ source: String) throws(SpoolError) -> FilePath {
    guard FeedName.isValid(source) else { throw .badName(source, of: "source") }
    return root.appending(".sources").appending("\(source).state")
  }
}

extension SourceFile {
  /// Reads without the lock: for people.
  fileprivate static func state(at path: FilePath) throws(SpoolError) -> SourceState? {
    let bytes = try OpenFile(path).bytes(at: 0, count: minutesAt * 8)
    let numbers = numbers(in: bytes)
    return numbers.count == minutesAt && numbers[0] == mark ? SourceState(fields: Array(numbers[2...])) : nil
  }
}
