/// The places that a vendor led a walk through, each to the next: none comes twice, and few in a row are empty.
struct Trail: Sendable {
  /// A hash of 64 bits each: of ten million places two agree in one of four hundred thousand walks, and whole addresses
  /// would fill the memory.
  private var seen: Set<Int>
  private var emptyPages = 0

  /// Most empty pages in a row. A vendor may filter behind its paging, but not for ever.
  static let emptyPagesMax = 1_000

  init() { seen = [] }

  init(from place: some Hashable) { seen = [place.hashValue] }

  /// Moves on behind a page to the place that it names.
  ///
  /// - Throws: ``PagingProblem``: the walk has been there, or its pages have been empty for too long.
  mutating func step(to place: some Hashable, behind page: PageFacts) throws(PagingProblem) {
    guard seen.insert(place.hashValue).inserted else { throw .loop(page: page.number) }
    emptyPages = page.records == 0 ? emptyPages + 1 : 0
    guard emptyPages < Self.emptyPagesMax else { throw .emptyPages(emptyPages) }
  }
}
