internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// The listening socket and the connections that came through it.
final class Door: Sendable {
  private struct State {
    var server: (any Channel)?
    var connections: [ObjectIdentifier: any Channel] = [:]
    /// Nobody gets in before.
    var closedUntil: ContinuousClock.Instant?
    var isStopped = false
  }

  private let state = Mutex(State())

  /// While the door is closed, how often it is looked whether it was stopped.
  private static let stopPoll = Duration.milliseconds(100)

  /// Waits while the door is closed; false when it will not open again.
  func mayOpen() async -> Bool {
    while !Task.isCancelled {
      let (isStopped, until) = state.withLock { ($0.isStopped, $0.closedUntil) }
      if isStopped { return false }
      guard let until, until > .now else { return true }
      try? await Task.sleep(until: min(until, ContinuousClock.now + Self.stopPoll))
    }
    return false
  }

  /// False when the door was to be shut meanwhile.
  func opened(_ server: any Channel) -> Bool {
    state.withLock { state in
      guard !state.isStopped else { return false }
      state.server = server
      return true
    }
  }

  func entered(_ connection: any Channel) {
    let id = ObjectIdentifier(connection)
    state.withLock { $0.connections[id] = connection }
    connection.closeFuture.whenComplete { [self] _ in state.withLock { $0.connections[id] = nil } }
  }

  /// Refuses connections for a while, and ends those there are: whoever sees that finds nobody listening.
  func close(for duration: Duration) async {
    let (server, connections) = state.withLock { state in
      state.closedUntil = .now + duration
      defer { state.server = nil }
      return (state.server, Array(state.connections.values))
    }
    try? await server?.close()
    for connection in connections { connection.close(promise: nil) }
  }

  /// Lets nobody in any more, and asks the connections to end with the request that is under way.
  func stop() {
    let (server, connections) = state.withLock { state in
      state.isStopped = true
      return (state.server, Array(state.connections.values))
    }
    server?.close(promise: nil)
    for connection in connections { connection.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
  }

  /// Ends all connections, whatever is under way on them.
  func endAll() {
    for connection in state.withLock({ Array($0.connections.values) }) { connection.close(promise: nil) }
  }

  func waitUntilEmpty(atMost time: TimeAmount) async {
    let loop = MultiThreadedEventLoopGroup.singleton.any()
    let ends = state.withLock { $0.connections.values.map(\.closeFuture) }
    let promise = loop.makePromise(of: Void.self)
    EventLoopFuture.andAllComplete(ends, on: loop).cascade(to: promise)
    let timer = loop.scheduleTask(in: time) { promise.succeed() }
    try? await promise.futureResult.get()
    timer.cancel()
  }
}
