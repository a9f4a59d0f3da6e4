import SystemPackage
import Testing

@testable import Spool

/// A spool that other machines reach is refused unless somebody asks for it.
struct NetworkTests {
  @Test("a network file system is refused with the way out, and taken when it is asked for")
  func refused() throws {
    let files = SimulatedFiles()
    files.share()
    try Files.$current.withValue(files) {
      let error = #expect(throws: SpoolError.networkFileSystem("/spool")) { try Spool(root: "/spool") }
      #expect(error?.hint?.contains("spool.allow_network") == true)
      _ = try Spool(root: "/spool", allowsNetwork: true).queue(.fetched, feed: "cars")
    }
  }
}
