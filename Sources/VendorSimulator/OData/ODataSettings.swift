internal import JSONText

/// How an OData vendor differs from what the standard has in mind. Each of these is some vendor's way.
struct ODataSettings: Equatable, Sendable {
  /// What happens where the record window ends.
  enum WindowEnd: String, CaseIterable, Sendable {
    /// 400, "total exceeds N".
    case error
    /// 200 with the text "Error getting data!".
    case errorWith200 = "error_200"
    /// The last page in the window has no link, as if there were no more.
    case silent
  }

  /// Records of a page when the client does not say.
  var pageSize = PageWalk.pageSizeDefault
  /// Largest page, whatever a client asks.
  var pageSizeMax = PageWalk.pageSizeMax
  /// Records from the beginning of a result beyond which the vendor does not go; nil: as the command line says.
  var window: Int?
  var windowEnd = WindowEnd.error
  /// A question with more answers than this is refused, wherever its page would be; nil for none such.
  var answersMax: Int?
  /// `$top` is the size of a page, and not how many records come in all.
  var topIsPageSize = false
  /// `$count=true` is obeyed.
  var hasCount = true
  var hasRelativeLinks = false

  static func read(_ value: JSONValue, at path: String) throws(VendorError) -> ODataSettings {
    var object = try RulesObject(value, at: path)
    var settings = ODataSettings()
    if let given = try object.integer("page_size_max", in: 1...1_000_000) { settings.pageSizeMax = given }
    if let given = try object.integer("page_size", in: 1...1_000_000) { settings.pageSize = given }
    settings.window = try object.integer("window", in: 1...1_000_000_000)
    if let given = try object.choice("window_end", of: WindowEnd.self) { settings.windowEnd = given }
    settings.answersMax = try object.integer("answers_max", in: 1...1_000_000_000)
    if let given = try object.bool("top_is_page_size") { settings.topIsPageSize = given }
    if let given = try object.bool("count") { settings.hasCount = given }
    if let given = try object.bool("relative_links") { settings.hasRelativeLinks = given }
    try object.finish()
    return settings
  }

  /// What a request asks, as this vendor understands it.
  func reading(_ options: QueryOptions) -> QueryOptions {
    var options = options
    if topIsPageSize, let top = options.top {
      options.pageSize = max(1, min(top, options.pageSize ?? top))
      options.top = nil
    }
    options.pageSize = min(options.pageSize ?? options.token?.pageSize ?? pageSize, pageSizeMax)
    options.count = options.count && hasCount
    return options
  }
}
