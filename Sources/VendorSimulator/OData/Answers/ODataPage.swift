internal import JSONText
internal import NIOCore

/// The body of a page: `{"@odata.context":…,"@odata.count":…,"value":[…],"@odata.nextLink":…}`.
///
/// Source: OData JSON Format 4.01, §12.
enum ODataPage {
  /// - Parameters:
  ///   - odata: The query, evaluated.
  ///   - root: `http://host:port/odata`, as the client reached it.
  ///   - query: The fields of the request's URL, to be repeated in the link.
  ///   - window: Records from the beginning of the result beyond which the vendor refuses to go.
  /// - Returns: The body, and the page size that it was cut to.
  /// - Throws: ``Refusal``: a name in `$select` is not there, or the page lies beyond the record window.
  static func body(
    _ odata: ODataQuery,
    root: String,
    query: QueryString,
    window: Int?
  ) throws(Refusal) -> (body: ByteBuffer, pageSize: Int) {
    let (walk, next) = try odata.page(window: window)
    let set = odata.version.set.name
    var body = ByteBuffer()
    body.writeString("{\"@odata.context\":\(JSONText.quoted("\(root)/$metadata#\(set)")),")
    if odata.options.count { body.writeString("\"@odata.count\":\(odata.rows.count),") }
    body.writeString("\"value\":[")
    if let names = odata.options.select {
      try SelectedRecords.append(walk.rows, of: odata.rows, selecting: names, from: odata.version, to: &body)
    } else {
      RecordJoiner.append(walk.rows, of: odata.rows, from: odata.version, to: &body)
    }
    body.writeString("]")
    if let next {
      let link = "\(root)/\(set)?\(repeated(query))$skiptoken=\(next.text)"
      body.writeString(",\"@odata.nextLink\":\(JSONText.quoted(link))")
    }
    body.writeString("}")
    return (body, walk.pageSize)
  }

  /// The query again, without what only the first page wants.
  private static func repeated(_ query: QueryString) -> String {
    query.fields.filter { $0.name != "$skip" && $0.name != "$skiptoken" }.map { "\($0.raw)&" }.joined()
  }
}
