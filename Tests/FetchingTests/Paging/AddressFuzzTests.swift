import Foundation
import TestSupport
import Testing

@testable import Fetching

/// Two readers of one address: the one that decides where the token may go, and the one below the HTTP client.
struct AddressFuzzTests {
  private static let parts = [
    "http:", "https:", "HTTP:", "//", "/", "\\", "@", ":", "80", "8080", "?", "#", "%2f", "%00", "%zz", "..", ".",
    "[::1]",
    "vendor.example", "evil.example", "[", "]", " ", "\t", "é", "a", "'", "&", ";", "user", "127.0.0.1", "0x7f.1", "|",
  ]

  @Test(
    "whatever a link is, both readers find the same host and port in what is made of it",
    arguments: 0..<1000 as Range<UInt64>
  )
  func agreement(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let base = try WebAddress("http://vendor.example/api/cars?page=1")
    let link = (0..<Int.random(in: 0...8, using: &random)).map { _ in
      Self.parts[Int.random(in: 0..<Self.parts.count, using: &random)]
    }.joined()
    guard let address = try? base.resolving(link) else { return }
    let other = try #require(URL(string: address.text), "\(link.debugDescription) became \(address.text)")
    let host = try #require(other.host(percentEncoded: true))
    let plain = host.lowercased().trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
    #expect(plain == address.origin.host.trimmingCharacters(in: CharacterSet(charactersIn: "[]")), "\(address.text)")
    #expect(other.port ?? (other.scheme == "https" ? 443 : 80) == address.origin.port, "\(address.text)")
    #expect(other.scheme == address.origin.scheme && other.user() == nil && other.fragment() == nil)
    #expect(try WebAddress(address.text) == address, "what was written is read as what it was")
    #expect(address.text.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "it fits into a request line")
  }
}
