internal import HTTPTypes
internal import Hummingbird
internal import JSONText
internal import NIOCore

/// The OData style: `/odata/`, `/odata/$metadata`, `/odata/{Set}`, `/odata/{Set}/$count`.
struct ODataRoutes: Sendable {
  let vendor: Vendor
  let replies: Replies
  /// Records from the beginning of a result beyond which the vendor does not go; nil for no such limit.
  let window: Int?
  private let cache = QueryCache()

  init(vendor: Vendor, replies: Replies, window: Int?) {
    (self.vendor, self.replies, self.window) = (vendor, replies, window)
  }

  func add(to group: RouterGroup<VendorContext>) {
    group.get("") { request, _ in serviceDocument(request) }
    group.get("$metadata") { request, _ in metadata(request) }
    group.get("{set}") { request, context in
      try page(request, of: context.parameters.get("set") ?? "", context)
    }
    group.get("{set}/$count") { request, context in try count(request, of: context.parameters.get("set") ?? "") }
  }

  private func page(_ request: Request, of set: String, _ context: VendorContext) throws(Refusal) -> Response {
    let version = try replies.version(of: set, from: vendor)
    let query = try QueryString(request.uri.query ?? "")
    let asked = try QueryOptions(query, headers: request.headers)
    let settings = context.live.rules.odata
    let options = settings.reading(asked)
    let odata = try ODataQuery(options, of: version, cache: cache)
    let links = ODataLinks(
      root: root(request),
      set: set,
      query: query,
      twist: context.twist,
      isRelative: settings.hasRelativeLinks
    )
    let (body, pageSize): (ByteBuffer, Int)
    do throws(Refusal) {
      if let most = settings.answersMax, odata.rows.count > most {
        throw Refusal(status: .badRequest, code: "RecordWindow", message: "The requested total exceeds \(most).")
      }
      let end = ODataPage.End(window: settings.window ?? window, isSilent: settings.windowEnd == .silent)
      (body, pageSize) = try ODataPage.body(odata, links: links, end: end)
    } catch {
      guard settings.windowEnd == .errorWith200, error.code == "RecordWindow" else { throw error }
      let text = ByteBuffer(string: "Error getting data!")
      return replies.response(to: request, .ok, headers: [.contentType: "text/plain"], body: text)
    }
    var headers = Self.headers
    if asked.pageSize != nil, let name = HTTPField.Name("Preference-Applied") {
      headers[name] = "odata.maxpagesize=\(pageSize)"
    }
    headers[.contentType] = "application/json;odata.metadata=minimal;charset=utf-8"
    return replies.response(to: request, .ok, headers: headers, body: body)
  }

  private func count(_ request: Request, of set: String) throws(Refusal) -> Response {
    let version = try replies.version(of: set, from: vendor)
    let options = try QueryOptions(try QueryString(request.uri.query ?? ""), headers: request.headers)
    let count = try ODataQuery(options, of: version, cache: cache).rows.count
    var headers = Self.headers
    headers[.contentType] = "text/plain"
    return replies.response(to: request, .ok, headers: headers, body: ByteBuffer(string: String(count)))
  }

  private func metadata(_ request: Request) -> Response {
    let versions = vendor.setNames.compactMap { vendor.version(of: $0) }
    var headers = Self.headers
    headers[.contentType] = "application/xml;charset=utf-8"
    return replies.response(
      to: request,
      .ok,
      headers: headers,
      body: ByteBuffer(string: MetadataDocument.xml(versions))
    )
  }

  private func serviceDocument(_ request: Request) -> Response {
    let sets = vendor.setNames.map { name in
      JSONValue.object([
        JSONMember(name: "name", value: .string(name)), JSONMember(name: "kind", value: .string("EntitySet")),
        JSONMember(name: "url", value: .string(name)),
      ])
    }
    let document = JSONValue.object([
      JSONMember(name: "@odata.context", value: .string("\(root(request))/$metadata")),
      JSONMember(name: "value", value: .array(sets)),
    ])
    return replies.json(to: request, document, headers: Self.headers)
  }

  /// Links name the vendor as the client reached it, through whatever forwards the port.
  private func root(_ request: Request) -> String { "http://\(request.head.authority ?? "localhost")/odata" }

  private static let headers: HTTPFields = {
    guard let version = HTTPField.Name("OData-Version") else { return [:] }
    return [version: "4.0"]
  }()
}
