internal import PipelineConfig

/// Pages of a REST vendor whose place in the data is the value of one parameter: one page at a time, since each tells
/// the place of the next.
struct PlacedPages: Sendable {
  let query: FeedQuery
  let paging: RESTPaging
  let parameter: String

  /// The address of a page at a place; nil stands for the beginning.
  func address(ofPage number: Int, read: Int, at place: String?) -> WebAddress? {
    number == read + 1 ? query.rest(paging, at: place.map { (parameter, $0) }) : nil
  }
}
