internal import PipelineConfig

/// Picks the way through a REST vendor's pages.
enum RESTWalk {
  static func paging(_ query: FeedQuery, _ paging: RESTPaging) -> any Paging {
    switch paging.position {
    case .offset(let parameter): OffsetPaging(PlacedPages(query: query, paging: paging, parameter: parameter))
    case .cursor(let parameter, _): TokenPaging(PlacedPages(query: query, paging: paging, parameter: parameter))
    case .lastID(let parameter, _): LastIDPaging(PlacedPages(query: query, paging: paging, parameter: parameter))
    case .nextURL, .header: LinkPaging(first: query.rest(paging))
    }
  }
}
