internal import JSONText
internal import NIOCore

/// The body of a page: `{"@odata.context":…,"@odata.count":…,"value":[…],"@odata.nextLink":…}`.
///
/// Source: OData JSON Format 4.01, §12.
enum ODataPage {
  /// Where a vendor stops.
  struct End: Equatable, Sendable {
    /// Records from the beginning of the result beyond which the vendor does not go.
    var window: Int?
    /// The last page in the window looks like the last page of the result.
    var isSilent = false
  }

  /// - Parameters:
  ///   - odata: The query, evaluated.
  ///   - links: Where links lead.
  ///   - end: Where the vendor stops, and how.
  /// - Returns: The body, and the page size that it was cut to.
  /// - Throws: ``Refusal``: a name in `$select` is not there, or the page lies beyond the record window.
  static func body(
    _ odata: ODataQuery,
    links: ODataLinks,
    end: End
  ) throws(Refusal) -> (body: ByteBuffer, pageSize: Int) {
    let (walk, next) = try odata.page(end, twist: links.twist)
    let set = odata.version.set.name
    var body = ByteBuffer()
    body.writeString("{\"@odata.context\":\(JSONText.quoted("\(links.root)/$metadata#\(set)")),")
    if odata.options.count { body.writeString("\"@odata.count\":\(links.twist.total(of: odata.rows.count)),") }
    body.writeString("\"value\":[")
    if let names = odata.options.select {
      try SelectedRecords.append(walk.rows, of: odata.rows, selecting: names, from: odata.version, to: &body)
    } else {
      RecordJoiner.append(walk.rows, of: odata.rows, from: odata.version, to: &body)
    }
    body.writeString("]")
    if let link = links.next(next) {
      body.writeString(",\"@odata.nextLink\":\(JSONText.quoted(link))")
    }
    body.writeString("}")
    return (body, walk.pageSize)
  }
}
