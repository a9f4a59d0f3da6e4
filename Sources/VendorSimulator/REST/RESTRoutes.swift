internal import HTTPTypes
internal import Hummingbird
internal import JSONText
internal import NIOCore

/// Pages of the REST dialects: those of every vendor (`/rest/{set}`, `/offset/{set}`, …) and those of the rules.
struct RESTRoutes: RouterMiddleware {
  typealias Context = VendorContext

  let vendor: Vendor
  let replies: Replies
  private let cache = QueryCache()

  init(vendor: Vendor, replies: Replies) { (self.vendor, self.replies) = (vendor, replies) }

  @concurrent func handle(
    _ request: Request,
    context: Context,
    next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    guard request.method == .get, let (dialect, set) = dialect(for: request.uri.path, context.live.rules) else {
      return try await next(request, context)
    }
    return try page(request, of: set, in: dialect, context)
  }

  /// The rules' own path first; then the path with its last part taken for a set's name.
  private func dialect(for path: String, _ rules: VendorRules) -> (RESTDialect, set: String)? {
    let parts = path.split(separator: "/")
    guard let last = parts.last.map(String.init) else { return nil }
    if let dialect = rules.dialects[path] { return (dialect, dialect.set ?? last) }
    let pattern = parts.dropLast().map { "/\($0)" }.joined() + "/{set}"
    guard let dialect = rules.dialects[pattern] ?? RESTDialect.standard[pattern] else { return nil }
    return (dialect, dialect.set ?? last)
  }

  private func page(
    _ request: Request,
    of set: String,
    in dialect: RESTDialect,
    _ context: Context
  ) throws(Refusal) -> Response {
    let version = try replies.version(of: set, from: vendor)
    let query = try QueryString(request.uri.query ?? "")
    let result = try rows(of: version, since: query[dialect.names.since], dialect)
    let walk = try RESTWalk(query, of: dialect, rows: result, version: version, twist: context.twist)
    let link = PageLink(request, query: query, dialect: dialect, walk: walk, twist: context.twist)

    var body = ByteBuffer()
    envelope(dialect, walk, link, total: context.twist.total(of: result.count)).write(to: &body) { body in
      RecordJoiner.append(walk.rows, of: result, from: version, to: &body)
    }
    var headers: HTTPFields = [.contentType: "application/json"]
    if let name = dialect.totalHeader.flatMap({ HTTPField.Name($0) }) {
      headers[name] = String(context.twist.total(of: result.count))
    }
    switch dialect.next {
    case .header(let name): if let name = HTTPField.Name(name) { headers[name] = link.next }
    case .link(let form): headers.append(contentsOf: form.fields(next: link.next, first: link.first))
    case .nothing, .token, .url, .flag: break
    }
    return replies.response(to: request, .ok, headers: headers, body: body)
  }

  private func envelope(_ dialect: RESTDialect, _ walk: RESTWalk, _ link: PageLink, total: Int) -> Envelope {
    var envelope = Envelope()
    for constant in dialect.constants { envelope.set(JSONPointer(member: constant.name), constant.value.encoded) }
    switch dialect.walk {
    case .page:
      envelope.set(JSONPointer(member: "page"), String(walk.page))
      envelope.set(JSONPointer(member: "page_size"), String(walk.pageSize))
    case .offset:
      envelope.set(JSONPointer(member: "offset"), String(walk.rows.lowerBound))
      envelope.set(JSONPointer(member: "limit"), String(walk.pageSize))
    case .token, .lastKey: break
    }
    if let place = dialect.total { envelope.set(place, String(total)) }
    envelope.setRecords(dialect.records)
    switch dialect.next {
    case .token(let place): envelope.set(place, link.token.map(JSONText.quoted) ?? "null")
    case .url(let place): envelope.set(place, link.next.map(JSONText.quoted) ?? "null")
    case .flag(let place): envelope.set(place, walk.hasMore ? "true" : "false")
    case .nothing, .header, .link: break
    }
    return envelope
  }

  /// Everything, or what changed after an instant; what changed at that very instant counts when the dialect is
  /// inclusive.
  private func rows(of version: SetVersion, since text: String?, _ dialect: RESTDialect) throws(Refusal) -> ResultRows {
    guard let text else {
      return dialect.order == .stamp ? .places(version.byStamp) : .everything(count: version.table.count)
    }
    let bytes = Array(text.utf8)
    guard let instant = Instant(bytes.span) ?? Instant(date: bytes.span) else {
      throw .badRequest("\(dialect.names.since) is a date, or a date with time and zone, not '\(text)'")
    }
    let key = QueryCache.Key(
      set: version.set.name,
      generation: version.generation,
      query: [text, dialect.order.rawValue, String(dialect.sinceIsInclusive)]
    )
    return try cache.rows(for: key) { () throws(Refusal) in
      let first = version.countByStamp(upTo: instant, inclusive: dialect.sinceIsInclusive)
      let places = Array(version.byStamp[first...])
      return .places(dialect.order == .stamp ? places : places.sorted())
    }
  }
}
