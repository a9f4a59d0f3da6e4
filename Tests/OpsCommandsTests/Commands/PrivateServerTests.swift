import Foundation
import SystemPackage
import TestSupport
import Testing

/// The private PostgreSQL of a checkout.
struct PrivateServerTests {
  @Test(
    "a checkout that was deleted and made again gets a new server, and the data of the old one stays",
    .enabled(if: getuid() == 0, "only root's data lies outside the checkout, as its server runs as another user")
  )
  func madeAgain() async throws {
    let folder = try TemporarySpool()
    // Nobody but root may enter, as with a checkout in root's home.
    let checkout = folder.root.appending("locked")
    let server = checkout.appending("pg")
    var homes: [String] = []
    defer { for home in homes { try? FileManager.default.removeItem(atPath: home) } }
    for _ in 0..<2 {
      try FileManager.default.createDirectory(
        atPath: checkout.string,
        withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700]
      )
      let up = try await Programs.run("weir", ["db", "up", "--directory", server.string])
      try #require(up.status == 0, "\(up.errors)")
      let asked = try await Programs.shell(
        "psql -X -At -d \"$URL\" -c 'SELECT 1'",
        environment: ["URL": up.lines.joined()]
      )
      #expect(asked.output == "1\n", "\(asked.errors)")
      homes.append(try FileManager.default.destinationOfSymbolicLink(atPath: server.string))
      #expect(try await Programs.run("weir", ["db", "down", "--directory", server.string]).status == 0)
      try FileManager.default.removeItem(atPath: checkout.string)
    }
    #expect(Set(homes).count == 2)
    for home in homes { #expect(FileManager.default.fileExists(atPath: "\(home)/PG_VERSION")) }
  }
}
