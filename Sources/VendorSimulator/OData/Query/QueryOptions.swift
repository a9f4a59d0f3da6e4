internal import HTTPTypes

/// What a request for a set asks, read from its query options and headers.
struct QueryOptions: Equatable, Sendable {
  /// `$filter` as it was written; nil when there is none.
  var filter: String?
  /// `$orderby` as it was written.
  var orderBy: String?
  /// `$select`, a name each; nil for all properties.
  var select: [String]?
  /// `$top`: most records in all pages together.
  var top: Int?
  /// `$skip`: records passed over before the first page.
  var skip = 0
  /// `$count`: whether pages say how many records match.
  var count = false
  /// `$skiptoken`: where the page begins, from an earlier page's link.
  var token: SkipToken?
  /// `Prefer: odata.maxpagesize`.
  var pageSize: Int?

  init() {}

  /// - Throws: ``Refusal``: 400 for a value that an option cannot have, 501 for an option that this vendor does not do.
  ///   Names without `$` are the caller's own and are passed over, as OData wants it.
  init(_ query: QueryString, headers: HTTPFields) throws(Refusal) {
    var seen: Set<String> = []
    for field in query.fields where field.name.hasPrefix("$") {
      let (name, value) = (field.name, field.value)
      guard seen.insert(name).inserted else { throw .badRequest("the query option \(name) is there twice") }
      switch name {
      case "$filter": filter = value
      case "$orderby": orderBy = value
      case "$select": select = value == "*" ? nil : value.split(separator: ",").map { $0.trimmingSpaces() }
      case "$top": top = try Self.number(value, of: name)
      case "$skip": skip = try Self.number(value, of: name)
      case "$count":
        guard value == "true" || value == "false" else { throw .badRequest("$count is true or false, not '\(value)'") }
        count = value == "true"
      case "$skiptoken":
        guard let token = SkipToken(text: value) else { throw .badRequest("$skiptoken is not one of this vendor's") }
        self.token = token
      default: throw .notImplemented("the query option \(name) is not supported")
      }
    }
    pageSize = Self.preferredPageSize(headers)
  }

  private static func number(_ text: String, of name: String) throws(Refusal) -> Int {
    guard let number = Int(text), number >= 0 else { throw .badRequest("\(name) is a number from 0, not '\(text)'") }
    return number
  }

  /// A preference that cannot be understood is passed over (RFC 7240 §2).
  static func preferredPageSize(_ headers: HTTPFields) -> Int? {
    guard let prefer = HTTPField.Name("Prefer") else { return nil }
    for preference in headers[values: prefer].flatMap({ $0.split(separator: ",") }) {
      let parts = preference.split(separator: "=", maxSplits: 1).map { $0.trimmingSpaces().lowercased() }
      guard parts.count == 2, parts[0] == "odata.maxpagesize" || parts[0] == "maxpagesize" else { continue }
      return Int(parts[1]).flatMap { $0 > 0 ? $0 : nil }
    }
    return nil
  }
}

extension StringProtocol {
  /// Without spaces at either end.
  func trimmingSpaces() -> String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
