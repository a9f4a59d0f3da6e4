internal import JSONText
internal import PipelineConfig
internal import Telemetry

/// What a feed asks its vendor: the address of the first page, and of each page when pages have numbers.
struct FeedQuery: Sendable {
  let feed: Feed
  /// Newer records only; nil for all.
  let since: String?
  /// The feed's address with its fixed parameters.
  let base: WebAddress
  /// The children of these parents only.
  private var children: (keys: [String], form: BatchSize.Form)?
  /// A part of the feed; nil for the whole.
  private(set) var window: TimeWindow?

  /// Only the children of some parents are asked for.
  var isOfParents: Bool { children != nil }

  /// The version `since` is in the vendor's own writing.
  ///
  /// - Throws: ``FetchError`` when the configuration gives no address that can be asked.
  init(
    _ feed: Feed,
    since: String?,
    children: (keys: [String], form: BatchSize.Form)? = nil
  ) throws(FetchError) {
    self.feed = feed
    self.since = since
    self.children = children
    let path = feed.path.hasPrefix("/") ? String(feed.path.dropFirst()) : feed.path
    do throws(WebAddressProblem) {
      let address = try WebAddress(feed.source.baseURL + (path.isEmpty ? "" : "/\(path)"))
      base = address.adding(feed.query.map { ($0.name, $0.value) })
    } catch {
      throw FetchError(
        feed: feed.name,
        message: "the address of source \"\(feed.source.name)\" cannot be asked: \(error)",
        hint: "correct sources.\(feed.source.name).base_url or feeds.\(feed.name).path",
        exitStatus: .config
      )
    }
    if feed.pagination.isOData, feed.query.contains(where: { $0.name == "$filter" }) {
      throw FetchError(
        feed: feed.name,
        message: "\"$filter\" under \"query\" would be sent beside the filter of an incremental run",
        hint: "move it to feeds.\(feed.name).filter",
        exitStatus: .config
      )
    }
  }

  /// The same question about a part of the feed.
  func limited(to window: TimeWindow) -> FeedQuery {
    var query = self
    query.window = window
    return query
  }

  /// The first page of OData; each later one is the vendor's link.
  ///
  /// Ordered by cursor, then key: records that change while the run goes on move behind its place and are still seen.
  var odata: WebAddress {
    var items: [(name: String, value: String)] = []
    if let filter { items.append(("$filter", filter)) }
    items.append(("$orderby", orderFields.joined(separator: ",")))
    items.append(("$count", "true"))
    // The feed's own word goes first: a vendor may want another order, or refuse to count.
    return base.adding(items.filter { item in !feed.query.contains { $0.name == item.name } })
  }

  /// A page by its number.
  func page(_ number: Int, of paging: PageNumberPaging) -> WebAddress {
    var items: [(name: String, value: String)] = []
    if let since, let parameter = feed.cursor?.sinceParameter { items.append((parameter, since)) }
    items.append((paging.pageParameter, String(number)))
    items.append((paging.sizeParameter, String(paging.pageSize)))
    return base.adding(items)
  }

  /// A page of a REST vendor whose pages have no numbers; the first, or the one at a place that a parameter names.
  func rest(_ paging: RESTPaging, at place: (parameter: String, value: String)? = nil) -> WebAddress {
    var items: [(name: String, value: String)] = []
    if let since, let parameter = feed.cursor?.sinceParameter { items.append((parameter, since)) }
    if let place { items.append((place.parameter, place.value)) }
    if let size = paging.sizeParameter { items.append((size, String(paging.pageSize))) }
    return base.adding(items)
  }

  /// An address as it may be kept, in a segment's footer for one.
  func shown(_ address: WebAddress) -> String { address.redacted(showing: plainParameters) }

  /// The parameters that say where in the data a page is, and nothing about who asks.
  private var plainParameters: Set<String> {
    switch feed.pagination {
    case .odata: ["$filter", "$orderby", "$count", "$top", "$skip", "$select", "$expand"]
    case .pageNumber(let paging):
      Set([paging.pageParameter, paging.sizeParameter, feed.cursor?.sinceParameter].compactMap { $0 })
    case .rest(let paging):
      // A token is opaque, and may be more than a place.
      switch paging.position {
      case .offset(let parameter), .lastID(let parameter, _):
        Set([parameter, paging.sizeParameter, feed.cursor?.sinceParameter].compactMap { $0 })
      case .cursor, .nextURL, .header: Set([paging.sizeParameter, feed.cursor?.sinceParameter].compactMap { $0 })
      }
    }
  }

  /// The feed's own filter, in an incremental run what moved, and of whose children.
  var filter: String? {
    var parts = feed.filter.map { [$0] } ?? []
    if let since, let cursor = feed.cursor {
      parts.append("\(cursor.field) gt \(Self.literal(since, type: cursor.type))")
    }
    if let window, let cursor = feed.cursor {
      parts += window.conditions(on: cursor.field, isDate: feed.isCursorDate)
    }
    if let parents { parts.append(parents) }
    guard parts.count > 1 else { return parts.first }
    // What this program writes itself needs no parentheses, but for alternatives.
    return parts.enumerated().map { index, part in
      index == 0 && feed.filter != nil || part.contains(" or ") ? "(\(part))" : part
    }.joined(separator: " and ")
  }

  private var parents: String? {
    guard let children, let parent = feed.parent else { return nil }
    let literals = children.keys.map { literal(.string($0), of: parent.field) }
    switch children.form {
    case .list where literals.count > 1 || literals.isEmpty:
      return "\(parent.field) in (\(literals.joined(separator: ",")))"
    case .list, .alternatives:
      return literals.map { "\(parent.field) eq \($0)" }.joined(separator: " or ")
    }
  }

  /// Length of the first page's address.
  var firstAddressByteCount: Int { odata.text.utf8.count }

  /// OData 4.01 URL Conventions §5.1.1.6.1: text in apostrophes, doubled inside; moments and numbers bare.
  static func literal(_ text: String, type: VersionType) -> String {
    switch type {
    case .timestamp, .integer: text
    case .text: "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }
  }
}
