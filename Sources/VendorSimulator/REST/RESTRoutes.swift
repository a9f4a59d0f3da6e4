internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// The page-numbered style: `/rest/{set}?page=1&page_size=100&updated_since=T`, by key.
struct RESTRoutes: Sendable {
  /// Records of a page when the client does not say.
  static let pageSizeDefault = 100
  /// Largest page; a client that asks for more is refused, as it would wait for records that do not come.
  static let pageSizeMax = 5_000

  let vendor: Vendor
  let replies: Replies
  private let cache = QueryCache()

  init(vendor: Vendor, replies: Replies) { (self.vendor, self.replies) = (vendor, replies) }

  func add(to group: RouterGroup<BasicRequestContext>) {
    group.get("{set}") { request, context in try page(request, of: context.parameters.get("set") ?? "") }
  }

  private func page(_ request: Request, of set: String) throws(Refusal) -> Response {
    let version = try replies.version(of: set, from: vendor)
    let query = try QueryString(request.uri.query ?? "")
    let page = try Self.number(query, "page", default: 1, most: .max)
    let pageSize = try Self.number(query, "page_size", default: Self.pageSizeDefault, most: Self.pageSizeMax)
    let rows = try rows(of: version, since: query["updated_since"])
    let (start, overflow) = (page - 1).multipliedReportingOverflow(by: pageSize)
    let first = overflow ? rows.count : min(start, rows.count)

    var body = ByteBuffer()
    body.writeString("{\"page\":\(page),\"page_size\":\(pageSize),\"total\":\(rows.count),\"data\":[")
    RecordJoiner.append(first..<(min(rows.count - first, pageSize) + first), of: rows, from: version, to: &body)
    body.writeString("]}")
    return replies.response(to: request, .ok, headers: [.contentType: "application/json"], body: body)
  }

  /// Everything, or what changed after an instant; what changed at that very instant was seen by whoever names it.
  private func rows(of version: SetVersion, since text: String?) throws(Refusal) -> ResultRows {
    guard let text else { return .everything(count: version.table.count) }
    let bytes = Array(text.utf8)
    guard let instant = Instant(bytes.span) ?? Instant(date: bytes.span) else {
      throw .badRequest("updated_since is a date, or a date with time and zone, not '\(text)'")
    }
    let key = QueryCache.Key(set: version.set.name, generation: version.generation, query: [text])
    return try cache.rows(for: key) { () throws(Refusal) in
      let first = version.countByStamp(upTo: instant, inclusive: false)
      return .places(version.byStamp[first...].sorted())
    }
  }

  private static func number(
    _ query: QueryString,
    _ name: String,
    default usual: Int,
    most: Int
  ) throws(Refusal) -> Int {
    guard let text = query[name] else { return usual }
    guard let number = Int(text), number >= 1, number <= most else {
      throw .badRequest("\(name) is a number from 1\(most == .max ? "" : " to \(most)"), not '\(text)'")
    }
    return number
  }
}
