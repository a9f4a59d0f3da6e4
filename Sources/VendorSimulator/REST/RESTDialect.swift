internal import JSONText

/// How a REST vendor hands out pages: how a client says where to go on, and where in the answer everything is.
struct RESTDialect: Equatable, Sendable {
  /// The ways that vendors have; each is a ``Walk`` and a ``Next``, with the names that go with them.
  enum Style: String, CaseIterable, Sendable {
    case page
    case offset
    case cursor
    case nextURL = "next_url"
    case nextHeader = "next_header"
    case link
    case hasMore = "has_more"
  }

  /// How a request says which page it wants.
  enum Walk: String, CaseIterable, Sendable {
    case page
    case offset
    /// A token that only the vendor understands; it goes on behind the last record, whatever came or went before.
    case token
    /// The key of the last record seen.
    case lastKey = "last_key"
  }

  /// How an answer says that there is more.
  enum Next: Equatable, Sendable {
    /// Not at all: the client counts.
    case nothing
    case token(JSONPointer)
    case url(JSONPointer)
    case header(String)
    case link(LinkForm)
    case flag(JSONPointer)
  }

  /// How much of its address a link states.
  enum Target: String, CaseIterable, Sendable {
    case absolute
    /// `/rest/cars?…`
    case path
    /// `?…`
    case query
  }

  enum Order: String, CaseIterable, Sendable {
    case key
    case stamp
  }

  var style: Style
  var walk: Walk
  var next: Next
  /// The set that is served; nil: the last part of the path says it.
  var set: String?
  var records = JSONPointer(member: "data")
  /// Where the number of all records is; nil when the vendor does not say.
  var total: JSONPointer?
  var totalHeader: String?
  var names = Names()
  var firstPage = 1
  /// Records of a page when the client does not say.
  var pageSize = 100
  /// Largest page.
  var pageSizeMax = 5_000
  /// A client that asks for more than the largest page gets the largest; otherwise it is refused, as it would wait for
  /// records that do not come.
  var capsPageSize = false
  var target = Target.absolute
  var order = Order.key
  /// Whether `updated_since` brings what changed at that very instant too.
  var sinceIsInclusive = false
  /// Members that every answer has besides, such as `"status":"ok"`.
  var constants: [JSONMember] = []

  /// Query parameters.
  struct Names: Equatable, Sendable {
    var page = "page"
    var size = "page_size"
    var offset = "offset"
    var token = "cursor"
    var after = "starting_after"
    var since = "updated_since"
  }

  init(_ style: Style) {
    self.style = style
    total = JSONPointer(member: "total")
    switch style {
    case .page: (walk, next) = (.page, .nothing)
    case .offset:
      (walk, next) = (.offset, .nothing)
      names.size = "limit"
    case .cursor:
      (walk, next) = (.token, .token(JSONPointer(member: "next_cursor")))
      names.size = "limit"
    case .nextURL: (walk, next) = (.token, .url(JSONPointer(member: "next")))
    case .nextHeader: (walk, next) = (.token, .header("X-Next"))
    case .link:
      (walk, next) = (.token, .link(.plain))
      (records, total, totalHeader) = (.root, nil, "X-Total")
    case .hasMore:
      (walk, next) = (.lastKey, .flag(JSONPointer(member: "has_more")))
      names.size = "limit"
      total = nil
    }
  }

  /// Where each style is served without any rules.
  static let standard: [String: RESTDialect] = [
    "/rest/{set}": RESTDialect(.page), "/offset/{set}": RESTDialect(.offset), "/cursor/{set}": RESTDialect(.cursor),
    "/next/{set}": RESTDialect(.nextURL), "/next-header/{set}": RESTDialect(.nextHeader),
    "/link/{set}": RESTDialect(.link), "/has-more/{set}": RESTDialect(.hasMore),
  ]
}
