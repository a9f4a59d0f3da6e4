internal import HTTPTypes
internal import JSONText
internal import NIOCore

/// One exchange with a real vendor as it was recorded: a JSON file with `url`, `status`, `headers` and the decoded
/// `body`.
struct Recording: Sendable {
  /// `https://gitlab.com`
  let origin: String
  /// As it was asked for, still encoded.
  let path: String
  /// Query parameters, decoded, without the page's number.
  let parameters: [String: String]
  let page: String
  let status: Int
  let headers: HTTPFields
  /// The bytes of the body's value as they are in the file: numbers keep their text.
  let body: ByteBuffer

  /// What belongs to the connection that was recorded, and not to the answer.
  private static let hopHeaders: Set<String> = [
    "connection", "content-encoding", "content-length", "date", "server", "transfer-encoding", "vary",
  ]

  /// - Throws: ``VendorError`` that names the file.
  init(contentsOf file: String) throws(VendorError) {
    let bytes = try RecordFile.read(file)
    func wrong(_ why: String) -> VendorError {
      .unreadable(file: file, line: nil, why: why, hint: "a recording has url, status, headers and body")
    }
    var parser = JSONParser()
    do throws(JSONError) { try parser.parse(bytes.span) } catch { throw wrong("not JSON: \(error.message)") }
    guard let urlNode = parser.member(parser.root, JSONName("url")),
      let statusNode = parser.member(parser.root, JSONName("status")), let status = Int(parser.rawString(statusNode)),
      let headersNode = parser.member(parser.root, JSONName("headers")),
      let bodyNode = parser.member(parser.root, JSONName("body"))
    else { throw wrong("not a recording") }
    let url = parser.string(urlNode)
    // The slash after `scheme://host`.
    let slashes = url.indices.filter { url[$0] == "/" }
    guard slashes.count >= 3, url.contains("://") else { throw wrong("its url has no path") }
    let slash = slashes[2]
    origin = String(url[..<slash])
    let sides = url[slash...].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    path = sides[0]
    guard let query = try? QueryString(sides.count == 2 ? sides[1] : "") else {
      throw wrong("its url is badly encoded")
    }
    var parameters: [String: String] = [:]
    for field in query.fields { parameters[field.name] = field.value }
    page = parameters.removeValue(forKey: "page") ?? "1"
    self.parameters = parameters
    self.status = status
    var fields = HTTPFields()
    if case .object(let members) = JSONValue(parser, headersNode) {
      for member in members where !Self.hopHeaders.contains(member.name.lowercased()) {
        guard let name = HTTPField.Name(member.name), let value = member.value.text else { continue }
        fields.append(HTTPField(name: name, value: value))
      }
    }
    headers = fields
    body = ByteBuffer(string: parser.rawString(bodyNode))
  }

  /// How many parameters the recording and a request have in common; nil when this is not what the request asks for.
  ///
  /// Vendors write more into a link than they need: what a recording does not have is passed over, but for the page and
  /// its size.
  func match(_ query: QueryString) -> Int? {
    guard query["page"] ?? "1" == page else { return nil }
    if let size = query["per_page"], let own = HTTPField.Name("x-per-page").flatMap({ headers[$0] }), size != own {
      return nil
    }
    for (name, value) in parameters {
      guard let given = query[name], Self.isSame(given, value) else { return nil }
    }
    return parameters.count
  }

  /// A vendor's own links may write `…+00:00` where the client had written `…Z`.
  private static func isSame(_ given: String, _ recorded: String) -> Bool {
    if given == recorded { return true }
    guard let moment = Instant(Array(given.utf8).span) else { return false }
    return moment == Instant(Array(recorded.utf8).span)
  }
}
