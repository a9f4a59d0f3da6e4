internal import Synchronization
public import SystemPackage
public import Telemetry

/// Prints the paths of published segments on standard output, each as soon as it is published, from any task.
///
/// When nobody reads them any more the program is asked to stop: what it would make is not wanted now, and what it has
/// made is in the spool.
public final class PathPrinter: Sendable {
  private let stop: StopRequest
  private let lost = Mutex<StreamError?>(nil)

  public init(stop: StopRequest) { self.stop = stop }

  public func print(_ path: FilePath) {
    do throws(StreamError) {
      try StandardStream.output.writeLine(path.string)
    } catch {
      lose(error)
    }
  }

  /// Looks whether somebody still reads, also while there is nothing to print.
  func look() {
    do throws(StreamError) {
      try StandardStream.output.checkReader()
    } catch {
      lose(error)
    }
  }

  private func lose(_ error: StreamError) {
    lost.withLock { $0 = $0 ?? error }
    stop.ask()
  }

  /// - Throws: ``StreamError`` when a path could not be printed.
  public func check() throws(StreamError) {
    if let error = lost.withLock({ $0 }) { throw error }
  }
}
