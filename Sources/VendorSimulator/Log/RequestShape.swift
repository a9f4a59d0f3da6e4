internal import HTTPTypes
internal import Hummingbird

/// What can be said of a request without answering it: for the log, and for rules that look at requests.
struct RequestShape: Equatable, Sendable {
  var path: String
  /// Path and query as they came.
  var uri: String
  var fields: [QueryString.Field]
  /// Keys that an `in` list has, or that are joined with `or`.
  var keyCount = 0
  /// How often `or` joins conditions.
  var orCount = 0
  /// Records that the client wants in a page: OData's preference or `$top`, or a REST page size.
  var pageSize: Int?
  /// Records that the client wants passed over.
  var skip = 0

  /// What vendors call the size of a page.
  private static let sizeNames = ["page_size", "limit", "per_page", "pagesize", "size", "$top"]
  private static let skipNames = ["$skip", "offset", "skip"]

  init(_ request: Request) {
    path = request.uri.path
    uri = request.uri.string
    fields = (try? QueryString(request.uri.query ?? ""))?.fields ?? []
    for field in fields {
      if Self.sizeNames.contains(field.name) { pageSize = Int(field.value) }
      if Self.skipNames.contains(field.name) { skip = Int(field.value) ?? 0 }
      if field.name == "$filter" { count(field.value) }
    }
    if let preferred = QueryOptions.preferredPageSize(request.headers) { pageSize = preferred }
  }

  private mutating func count(_ filter: String) {
    guard let tokens = try? FilterLexer.tokens(of: filter) else { return }
    var isInList = false
    for (index, token) in tokens.enumerated() {
      switch token {
      case .word("or"): orCount += 1
      case .open: isInList = index > 0 && tokens[index - 1] == .word("in")
      case .close: isInList = false
      case .literal: if isInList { keyCount += 1 }
      default: break
      }
    }
    if keyCount == 0, orCount > 0 { keyCount = orCount + 1 }
  }
}
