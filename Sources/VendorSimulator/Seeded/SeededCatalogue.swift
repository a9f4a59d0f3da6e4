/// One seeded set whose records stand by themselves.
protocol SeededCatalogue: Sendable {
  static var set: SetDescription { get }

  var seed: UInt64 { get }

  init(seed: UInt64)

  /// Writes the record of one member, the same for the same seed, number and revision.
  func write(_ member: Population.Member, to text: inout RecordText)
}

/// A catalogue with the records that there are of it, moving on by its seed.
struct CatalogueSource<Catalogue: SeededCatalogue>: RecordSource {
  private let catalogue: Catalogue
  private var population: Population
  private var random: SeededGenerator
  private var isFirst = true

  init(seed: UInt64, count: Int) {
    catalogue = Catalogue(seed: seed)
    population = Population(count: count)
    random = SeededGenerator(seed: seed, "advance", Catalogue.set.name.utf8.count)
  }

  var sets: [SetDescription] { [Catalogue.set] }
  var snapshotCount: Int? { nil }

  mutating func next() throws(VendorError) -> [RecordTable]? {
    if !isFirst { population.advance(&random) }
    isFirst = false
    var text = RecordText()
    for member in population.members { catalogue.write(member, to: &text) }
    return [try RecordLoader.table(from: text.bytes, of: Catalogue.set, source: Catalogue.set.name)]
  }
}
