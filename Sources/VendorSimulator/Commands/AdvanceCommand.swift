internal import ArgumentParser
internal import AsyncHTTPClient
internal import JSONText
internal import NIOCore
internal import NIOHTTP1
internal import Telemetry

struct AdvanceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "advance",
    abstract: "Move a running vendor to its next snapshot.",
    discussion: """
      Prints one JSON object: the stamp that everything new and changed was given,
      and for each set how many records are new, changed, gone and unchanged. A
      made set changes by its seed: of 100 records five change, one comes, one
      goes. A loaded set moves to its next file; after the last it stays as it is.

      EXAMPLES
        weir-vendor advance --token practice
        weir-vendor advance --url http://127.0.0.1:8790 --token practice | jq .sets.Property

      \(ExitStatus.helpSection)
      """
  )

  @Option(help: "Where the vendor listens.")
  var url = "http://127.0.0.1:8790"

  @Option(help: "The token that it was started with.")
  var token: String?

  /// Largest answer that is read; it grows with the number of sets, not with the records.
  private static let answerBytesMax = 1 << 20

  func run() async throws {
    var request = HTTPClientRequest(url: url + "/vendor/advance")
    request.method = .POST
    if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
    // Nobody there is an answer: without this the client would go on trying for as long as the vendor may take.
    var configuration = HTTPClient.Configuration.singletonConfiguration
    configuration.connectionPool.retryConnectionEstablishment = false
    let (status, answer): (Int, String)
    do {
      (status, answer) = try await HTTPClient.withHTTPClient(configuration: configuration) { client in
        // The vendor reads and compares a whole snapshot before it answers.
        let response = try await client.execute(request, timeout: .minutes(10))
        let body = try await response.body.collect(upTo: Self.answerBytesMax)
        return (Int(response.status.code), String(buffer: body))
      }
    } catch {
      throw VendorError.unreachable(url: url, why: "\(error)")
    }
    guard status == 200 else { throw VendorError.refused(url: url, status: status, why: Self.reason(answer)) }
    StandardTerminal().data(answer)
  }

  /// The vendor's own sentence, or what else answered at that address.
  private static func reason(_ answer: String) -> String {
    let error = (try? JSONValue(parsing: answer))?["error"]
    if case .string(let message)?? = error.map({ $0["message"] }) { return message }
    return String(answer.prefix(200)).replacing("\n", with: " ")
  }
}
