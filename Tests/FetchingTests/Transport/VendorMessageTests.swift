import NIOCore
import TestSupport
import Testing

@testable import Fetching
@testable import PipelineConfig

/// What a vendor says, as it may be printed.
struct VendorMessageTests {
  private static let query = [("api_key", "key with+signs/1"), ("deep", "true")]

  private static func message() throws -> VendorMessage {
    var feed = try FetchTrial("http://vendor.example").pipeline.feed(named: "cars")
    feed.query = query.map { Feed.QueryItem(name: $0.0, value: $0.1) }
    return VendorMessage(secrets: KnownSecrets(of: feed))
  }

  @Test(
    "the sentence is found wherever vendors put it",
    arguments: [
      (#"{"error":{"code":"E1","message":"no"}}"#, "E1: no"), (#"{"error":{"code":"E1","message":"E1 no"}}"#, "E1 no"),
      (#"{"error":{"message":{"lang":"en","value":"old OData"}}}"#, "old OData"), (#"{"error":"no"}"#, "no"),
      (#"{"errors":[{"detail":"first"},{"detail":"second"}]}"#, "first"), (#"{"message":"m"}"#, "m"),
      (#"{"type":"about:blank","title":"t","detail":"d"}"#, "d"), (#"{"error":{"code":"only"}}"#, "only"),
      (#"["x"]"#, "x"), (#""plain""#, "plain"), ("nothing but\n\ttext", "nothing but text"), ("{}", nil), ("", nil),
      ("<html><TITLE>\n 502 </TITLE>", "an HTML page, \"502\""), ("<p>x", "an HTML page"), ("[]", nil), ("7", nil),
      (#"{"error":{"message":""},"message":"m"}"#, "m"),
    ] as [(String, String?)]
  )
  func found(body: String, expected: String?) throws {
    #expect(try Self.message().text(of: Array(body.utf8)) == expected)
  }

  @Test(
    "a credential is taken out however the vendor repeats it",
    arguments: [
      FetchTrial.canary, "key with+signs/1", "key%20with%2Bsigns/1", "\(FetchTrial.canary)\(FetchTrial.canary)",
      "Bearer \(FetchTrial.canary)",
    ]
  )
  func hidden(secret: String) throws {
    let escaped = secret.unicodeScalars.map { "\\u00" + String($0.value, radix: 16) }.joined()
    for body in ["bad \(secret)!", #"{"error":"bad \#(secret)!"}"#, #"{"error":"bad \#(escaped)!"}"#] {
      let text = try #require(try Self.message().text(of: Array(body.utf8)))
      #expect(text.contains("***") && text.hasPrefix("bad ") && text.hasSuffix("!"))
      #expect(!text.contains(FetchTrial.canary) && !text.contains("signs"))
    }
    #expect(try Self.message().text(of: Array("it is true".utf8)) == "it is true", "short words are no keys")
  }

  @Test(
    "half a credential is not printed either, wherever the text is cut",
    arguments: 1..<FetchTrial.canary.utf8.count
  )
  func half(count: Int) throws {
    for border in [199, 200, 4096, 65_536] {
      let spaces = String(repeating: " ", count: border - count)
      let dots = String(repeating: ".", count: border - count)
      for body in [
        "\(spaces)\(FetchTrial.canary) x", "\(dots)\(FetchTrial.canary) x",
        "<title>\(spaces)\(FetchTrial.canary)</title>",
      ] {
        let text = try Self.message().text(of: Array(body.utf8)) ?? ""
        #expect(!text.contains("can"), "\(text.suffix(30))")
        #expect(try !Self.reason(body).contains("can"))
      }
    }
  }

  /// The same words behind a status of 200.
  private static func reason(_ body: String) throws -> String {
    let feed = try FetchTrial("http://vendor.example").pipeline.feed(named: "cars")
    var splitter = PageSplitter(PageShape(feed), messages: try message())
    let address = try WebAddress("http://vendor.example/cars")
    let answer = VendorResponse(
      address: address,
      status: 200,
      contentType: nil,
      date: nil,
      body: ByteBuffer(string: body)
    )
    do throws(RequestFailure) {
      _ = try splitter.split(answer)
      return ""
    } catch { return error.reason }
  }

  @Test("a message is one line of bounded length", arguments: 0..<100 as Range<UInt64>)
  func line(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let alphabet = Array("ab \n\r\t\u{0}\u{1B}[31m\u{2028}\u{85}é😀\u{7F}").flatMap(\.unicodeScalars)
    var text = ""
    for _ in 0..<Int.random(in: 0...600, using: &random) {
      text.unicodeScalars.append(alphabet[Int.random(in: 0..<alphabet.count, using: &random)])
    }
    let line = text.oneLine(maxCount: 200)
    #expect(line.unicodeScalars.count <= 201)
    #expect(
      line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && $0.value != 0x85 && $0.value != 0x2028 }
    )
    #expect(!line.contains("  ") && !line.hasPrefix(" "))
    #expect(line.oneLine(maxCount: 300) == line)
  }
}
