import JSONText
import TestSupport

/// A request as the vendor's own log has it.
struct VendorEntry: Sendable {
  /// When it came, in seconds since 1970.
  var began: Double
  var ended: Double
  var uri: String
  /// `host:port` that the client asked for.
  var host: String
  var status: Int?
  /// Names of headers that can prove who asks.
  var credentials: [String]
  /// The rule that spoilt the answer.
  var fault: String?

  init?(_ line: String) throws {
    let object = try JSONValue(parsing: line)
    guard let uri = object["uri"]?.text, let host = object["host"]?.text,
      case .number(let began)? = object["at"], case .number(let ended)? = object["until"]
    else { return nil }
    (self.uri, self.host) = (uri, host)
    (self.began, self.ended) = (Double(began) ?? 0, Double(ended) ?? 0)
    if case .number(let status)? = object["status"] { self.status = Int(status) }
    fault = object["fault"]?.text
    credentials = if case .array(let names)? = object["credentials"] { names.compactMap(\.text) } else { [] }
  }

  var path: Substring { uri.prefix { $0 != "?" } }

  /// The address without what changes from try to try of one page: the size of the page, and the mark of a redirect.
  var page: String {
    let parameters = uri.split(separator: "?", maxSplits: 1).dropFirst().first?.split(separator: "&") ?? []
    let passing = ["$top", "%24top", "limit", "page_size", "redirected"]
    let left = parameters.filter { parameter in !passing.contains { parameter.hasPrefix("\($0)=") } }
    return "\(path)?\(left.joined(separator: "&"))"
  }

  /// The address was reached by a redirect.
  var isRedirected: Bool { uri.contains("redirected=") }
}

extension PractiseVendor {
  /// Every request so far but those of the test itself, in the order in which they ended.
  func log() async throws -> [VendorEntry] {
    let result = try await answered("weir-vendor log --url \(url) --token \(token)")
    return try result.lines.compactMap { try VendorEntry($0) }.filter { !$0.uri.hasPrefix("/vendor/") }
  }

  /// Puts sections of rules in place of those that hold.
  func rules(_ document: String) async throws {
    _ = try await answered(
      "printf %s \"$RULES\" | weir-vendor rules --url \(url) --token \(token) -",
      environment: ["RULES": document]
    )
  }

  /// A vendor that was told to close its door for a while may still have it closed: it is asked again until it has opened.
  private func answered(_ line: String, environment: [String: String] = [:]) async throws -> ProgramResult {
    var result = try await Programs.shell(line, environment: environment)
    for _ in 0..<100 where result.status != 0 && result.errors.contains("Connection refused") {
      try await Task.sleep(for: .milliseconds(50))
      result = try await Programs.shell(line, environment: environment)
    }
    guard result.status == 0 else { throw VendorRefusal(words: result.errors) }
    return result
  }
}

/// The vendor did not take an order.
struct VendorRefusal: Error, CustomStringConvertible {
  var words: String
  var description: String { "weir-vendor: \(words)" }
}
