internal import HTTPTypes
internal import Hummingbird
internal import JSONText

/// Which requests a rule meets: all that it says must hold.
struct FaultCondition: Equatable, Sendable {
  /// The path, or with `*` at its end what it begins with.
  var path: String?
  var method: String?
  /// Query parameters by name; `*` for any value.
  var query: [String: String] = [:]
  /// Text somewhere in path and query, as they came.
  var contains: String?
  var pageSizeOver: Int?
  /// Keys in an `in` list, or joined with `or`.
  var keysOver: Int?
  /// `or` in a filter, more often than this.
  var orsOver: Int?
  var skipOver: Int?
  /// Bytes of path and query.
  var uriOver: Int?
  /// The client does not take gzip.
  var isWithoutGzip: Bool?

  static func read(_ object: RulesObject) throws(VendorError) -> FaultCondition {
    var object = object
    var condition = FaultCondition()
    condition.path = try object.text("path")
    condition.method = try object.text("method")
    condition.contains = try object.text("contains")
    if var query = try object.object("query") {
      for name in query.names { condition.query[name] = try query.text(name) ?? "*" }
    }
    condition.pageSizeOver = try object.integer("page_size_over", in: 0...1_000_000_000)
    condition.keysOver = try object.integer("keys_over", in: 0...1_000_000)
    condition.orsOver = try object.integer("ors_over", in: 0...1_000_000)
    condition.skipOver = try object.integer("skip_over", in: 0...1_000_000_000)
    condition.uriOver = try object.integer("uri_over", in: 0...1_000_000)
    condition.isWithoutGzip = try object.bool("without_gzip")
    try object.finish()
    return condition
  }

  func meets(_ shape: RequestShape, method: String, headers: HTTPFields) -> Bool {
    if let path {
      let isMet = path.hasSuffix("*") ? shape.path.hasPrefix(path.dropLast()) : shape.path == path
      guard isMet else { return false }
    }
    if let wanted = self.method, wanted != method { return false }
    if let contains, !shape.uri.contains(contains) { return false }
    for (name, value) in query {
      guard let field = shape.fields.first(where: { $0.name == name }), value == "*" || field.value == value else {
        return false
      }
    }
    if let pageSizeOver, shape.pageSize ?? 0 <= pageSizeOver { return false }
    if let keysOver, shape.keyCount <= keysOver { return false }
    if let orsOver, shape.orCount <= orsOver { return false }
    if let skipOver, shape.skip <= skipOver { return false }
    if let uriOver, shape.uri.utf8.count <= uriOver { return false }
    if let isWithoutGzip, isWithoutGzip == Replies.wantsGzip(headers) { return false }
    return true
  }
}
