internal import Dispatch
internal import Glibc

/// Hands the signals that ask a program to end to a ``StopControl``, until it is cancelled.
public final class StopSignals {
  /// What a terminal, a supervisor and a closed terminal send.
  private static let signals = [SIGINT, SIGTERM, SIGHUP]

  private let sources: [any DispatchSourceSignal]

  /// Every signal is a request; `onRequest` is told the level that it has led to.
  public init(_ control: StopControl, onRequest: @escaping @Sendable (StopControl.Level) -> Void) {
    let queue = DispatchQueue(label: "weir.signals")
    sources = Self.signals.map { number in
      // The default action would end this program before the source hears of it. Programs started from here do not
      // inherit this: Subprocess resets every disposition.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler { onRequest(control.request()) }
      source.resume()
      return source
    }
  }

  /// From here on the signals do again what they always do.
  public func cancel() {
    for source in sources { source.cancel() }
    for number in Self.signals { signal(number, SIG_DFL) }
  }
}
