import Foundation
import NIOCore
import TestSupport
import Testing

@testable import Fetching

/// A page is taken up to its bound, however it comes, and asked for as a smaller one beyond it; a bomb is not.
struct AnswerBodyTests {
  private static let most = 60_000

  private static func text(_ count: Int) -> String {
    var random = SeededGenerator(seed: 1)
    return String((0..<count).map { _ in Character(String(Int.random(in: 0...9, using: &random))) })
  }

  private static func encoded(_ text: String, _ encoding: String) async throws -> [UInt8] {
    switch encoding {
    case "gzip": return try await Wire.gzip(text)
    case "deflate":
      let program = "import sys,zlib,base64; print(base64.b64encode(zlib.compress(sys.stdin.buffer.read())).decode())"
      let command = "printf %s \"$TEXT\" | python3 -c '\(program)'"
      let output = try await Programs.shell(command, environment: ["TEXT": text]).output
      return Data(base64Encoded: output.trimmingCharacters(in: .whitespacesAndNewlines)).map(Array.init) ?? []
    default: return Array(text.utf8)
    }
  }

  private func content(_ bytes: [UInt8], _ encoding: String) throws(RequestFailure) -> ByteBuffer {
    var body = AnswerBody(encoding: encoding, announced: bytes.count, most: Self.most)
    for start in stride(from: 0, to: bytes.count, by: 1000) {
      try body.add(ByteBuffer(bytes: bytes[start..<min(bytes.count, start + 1000)]))
    }
    return try body.content()
  }

  @Test("up to the bound it is taken, and one byte more is too large", arguments: ["identity", "gzip", "deflate"])
  func bound(encoding: String) async throws {
    for count in [0, 1, Self.most - 1, Self.most, Self.most + 1] {
      let text = Self.text(count)
      let bytes = try await Self.encoded(text, encoding)
      if count <= Self.most {
        #expect(try content(bytes, encoding) == ByteBuffer(string: text))
        // Whatever name it goes by.
        if encoding != "identity" {
          #expect(try content(bytes, encoding == "gzip" ? "deflate" : "gzip") == ByteBuffer(string: text))
        }
      } else {
        let failure = #expect(throws: RequestFailure.self) { try content(bytes, encoding) }
        #expect(failure?.isTooLarge == true && failure?.reason.contains("a page of more than") == true)
      }
    }
  }

  @Test("what expands a hundredfold beyond the bound is not asked for again")
  func bomb() async throws {
    let bytes = try await Wire.gzip(String(repeating: "0", count: 100_000))
    let failure = #expect(throws: RequestFailure.self) { try content(bytes, "gzip") }
    #expect(failure?.isTooLarge == false && failure?.reason.contains("expands") == true)
  }

  @Test("a size that the gzip gives itself is not believed", arguments: [0, 1, 0x7FFF_FFFF, 0xFFFF_FFFF] as [UInt32])
  func liar(size: UInt32) async throws {
    var bytes = try await Wire.gzip(Self.text(5000))
    for index in 0..<4 { bytes[bytes.count - 4 + index] = UInt8(truncatingIfNeeded: size >> (8 * index)) }
    #expect(throws: RequestFailure.self) { try content(bytes, "gzip") }
  }
}
