import Telemetry
import Testing

@testable import StageRuntime

/// A job that waits on the network, and the request that ends it.
struct StopTests {
  private struct Broken: Error, Equatable {}

  @Test("a job that ends by itself gives what it made")
  func result() async throws {
    #expect(try await StopRequest(listening: false).watching { 7 } == 7)
  }

  @Test("a job that fails gives its error, and not that it was stopped")
  func failure() async {
    await #expect(throws: Broken()) { try await StopRequest(listening: false).watching { throw Broken() } }
  }

  @Test("a job that waits is cancelled when somebody asks to stop, and its own error then says nothing")
  func stopped() async {
    let stop = StopRequest(listening: false)
    await #expect(throws: Stopped()) {
      try await stop.watching {
        stop.ask()
        do { try await Task.sleep(for: .seconds(3600)) } catch { throw Broken() }
      }
    }
  }

  @Test("what was finished in the meantime is not thrown away")
  func finished() async throws {
    let stop = StopRequest(listening: false)
    let made = try await stop.watching {
      stop.ask()
      try? await Task.sleep(for: .seconds(3600))
      return "made"
    }
    #expect(made == "made")
  }

  @Test("to be stopped is no fault: it says to come again")
  func status() {
    #expect(Stopped().exitStatus == .temporaryFailure && Stopped().description.contains("; next: run it again"))
  }
}
