internal import Glibc
internal import HTTPTypes
internal import Hummingbird
internal import JSONText
internal import NIOCore

/// Where recorded traffic is, and what a request gets that was not recorded.
struct ReplaySettings: Equatable, Sendable {
  var folder: String
  var missingStatus = 404

  static func read(_ value: JSONValue, at path: String) throws(VendorError) -> ReplaySettings {
    var object = try RulesObject(value, at: path)
    var settings = ReplaySettings(folder: try object.required("folder"))
    if let given = try object.integer("missing_status", in: 400...599) { settings.missingStatus = given }
    try object.finish()
    return settings
  }
}

/// All recordings of a folder, by path.
struct ReplayArchive: Sendable {
  let settings: ReplaySettings
  private let recordings: [String: [Recording]]

  /// Most files that are read.
  private static let filesMax = 100_000

  /// Reads every `.json` file of the folder, or of `responses` in it.
  ///
  /// - Throws: ``VendorError`` that names the folder or the file.
  init(_ settings: ReplaySettings) throws(VendorError) {
    self.settings = settings
    var recordings: [String: [Recording]] = [:]
    let responses = "\(settings.folder)/responses"
    let folder = Self.names(in: responses) == nil ? settings.folder : responses
    guard let names = Self.names(in: folder), !names.isEmpty else {
      throw .unreadable(
        file: settings.folder,
        line: nil,
        why: "there are no recordings here",
        hint: "name a folder of .json files, or one with responses in it"
      )
    }
    for name in names.sorted().prefix(Self.filesMax) {
      let recording = try Recording(contentsOf: "\(folder)/\(name)")
      recordings[recording.path, default: []].append(recording)
    }
    self.recordings = recordings
  }

  private static func names(in folder: String) -> [String]? {
    guard let directory = unsafe opendir(folder) else { return nil }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name.hasSuffix(".json") { names.append(name) }
    }
    return names
  }

  /// The recording that answers a request best.
  func find(_ uri: String) throws(Refusal) -> Recording? {
    let sides = uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let candidates = recordings[sides[0]] else { return nil }
    let query = try QueryString(sides.count == 2 ? sides[1] : "")
    var best: (recording: Recording, score: Int)?
    for candidate in candidates {
      guard let score = candidate.match(query), score > best?.score ?? -1 else { continue }
      best = (candidate, score)
    }
    return best?.recording
  }

  /// Whether anything was recorded under a path.
  func has(_ uri: String) -> Bool {
    recordings[String(uri.prefix { $0 != "?" })] != nil
  }
}

/// Answers with what a real vendor answered.
struct ReplayMiddleware: RouterMiddleware {
  typealias Context = VendorContext

  let replies: Replies

  @concurrent func handle(
    _ request: Request,
    context: Context,
    next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    let uri = request.uri.string
    guard let archive = context.live.archive, request.method == .get, archive.has(uri) else {
      return try await next(request, context)
    }
    guard let recording = try archive.find(uri) else {
      let status = archive.settings.missingStatus
      let (type, text) = ErrorBody.make(.rest, status: status, message: "\(status): this was not recorded")
      let headers: HTTPFields = type.map { [.contentType: $0] } ?? [:]
      let body = ResponseBody(byteBuffer: ByteBuffer(string: text))
      return Response(status: HTTPResponse.Status(code: status), headers: headers, body: body)
    }
    let own = "http://\(request.head.authority ?? "localhost")"
    var headers = HTTPFields()
    for field in recording.headers {
      // Links lead back here, or a client would leave for the real vendor.
      let value = field.value.replacing("<\(recording.origin)/", with: "<\(own)/")
      headers.append(HTTPField(name: field.name, value: value))
    }
    let status = HTTPResponse.Status(code: recording.status)
    return replies.response(to: request, status, headers: headers, body: recording.body)
  }
}
