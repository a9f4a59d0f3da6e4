internal import ArgumentParser
internal import AsyncHTTPClient
internal import JSONText
internal import NIOCore
internal import NIOHTTP1
internal import Telemetry

/// A vendor that runs somewhere, as commands reach it.
struct RunningVendor: ParsableArguments {
  @Option(help: "Where the vendor listens.")
  var url = "http://127.0.0.1:8790"

  @Option(help: "The token that it was started with.")
  var token: String?

  /// Largest answer that is read.
  private static let answerBytesMax = 256 << 20

  /// Asks the vendor for something under /vendor.
  ///
  /// - Throws: ``VendorError``: nobody is there, or the vendor refuses.
  func ask(_ method: HTTPMethod, _ path: String, body: [UInt8]? = nil) async throws(VendorError) -> String {
    var request = HTTPClientRequest(url: url + path)
    request.method = method
    if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
    if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
    // Nobody there is an answer: without this the client would go on trying for as long as the vendor may take.
    var configuration = HTTPClient.Configuration.singletonConfiguration
    configuration.connectionPool.retryConnectionEstablishment = false
    let (status, answer): (Int, String)
    do {
      let asked = request
      (status, answer) = try await HTTPClient.withHTTPClient(configuration: configuration) { client in
        // The vendor reads and compares a whole snapshot before it answers an advance.
        let response = try await client.execute(asked, timeout: .minutes(10))
        let body = try await response.body.collect(upTo: Self.answerBytesMax)
        return (Int(response.status.code), String(buffer: body))
      }
    } catch {
      throw .unreachable(url: url, why: "\(error)")
    }
    guard status == 200 else { throw .refused(url: url, status: status, why: Self.reason(answer)) }
    return answer
  }

  /// The vendor's own sentence, or what else answered at that address.
  private static func reason(_ answer: String) -> String {
    let error = (try? JSONValue(parsing: answer))?["error"]
    if case .string(let message)?? = error.map({ $0["message"] }) { return message }
    return String(answer.prefix(200)).replacing("\n", with: " ")
  }
}
