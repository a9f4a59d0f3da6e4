/// Why a walk through pages cannot go on, or was no walk through all of them.
enum PagingProblem: Error, Equatable, Sendable {
  case badLink(page: Int, WebAddressProblem)
  case linkElsewhere(page: Int, to: Origin, from: Origin)
  case loop(page: Int)
  case repeatedPage(Int, of: Int)
  case emptyPages(Int)
  case tooManyPages(Int)
  case noPosition(page: Int)
  case unordered(page: Int)
  case cutShort(records: Int, expected: Int)

  var message: String {
    switch self {
    case .badLink(let page, let problem): "the next link of page \(page) cannot be followed: \(problem)"
    case .linkElsewhere(let page, let to, let from):
      "the next link of page \(page) leads to \(to.text), away from \(from.text); it was not followed"
    case .loop(let page): "the next link of page \(page) leads back to a page that was read before"
    case .repeatedPage(let page, let earlier): "page \(page) holds the same records as page \(earlier)"
    case .emptyPages(let count): "\(count) empty pages in a row, each with a link to another"
    case .tooManyPages(let count): "more than \(count) pages"
    case .noPosition(let page): "the last record of page \(page) lacks a field that tells where the next page begins"
    case .unordered(let page): "page \(page) begins before the place that was asked for"
    case .cutShort(let records, let expected):
      "the pages ended after \(records) records, and the vendor speaks of \(expected)"
    }
  }

  var hint: String {
    switch self {
    case .badLink: "ask the vendor; its links are not addresses"
    case .linkElsewhere: "if that is the vendor's new address, put it into base_url; the token goes nowhere else"
    case .loop, .emptyPages, .tooManyPages: "run it again; if it stays, ask the vendor why its pages do not end"
    case .noPosition: "check the feed's key, cursor and pagination; every record has to have those fields"
    case .unordered: "the vendor does not keep the order of $orderby; set the feed's pagination.walk to next_link"
    case .repeatedPage: "check that the vendor knows the feed's page parameter; then run it again"
    case .cutShort: "run it again; if it stays, narrow the feed's filter: vendors refuse to page beyond a window"
    }
  }
}
