/// The order in which a query's records come: the terms of `$orderby`, then the key, so that no two records tie.
struct Ordering: Equatable, Sendable {
  struct Term: Equatable, Sendable {
    var property: PropertyPath
    var isDescending: Bool
  }

  /// Without the key's own fields at the end, in their own order: they come anyhow.
  let terms: [Term]

  /// Most terms of one `$orderby`.
  static let termsMax = 16

  /// - Throws: ``Refusal``, status 400: a property that is not there, or a word other than `asc` and `desc`.
  init(_ text: String?, in version: SetVersion) throws(Refusal) {
    var terms: [Term] = []
    for part in (text ?? "").split(separator: ",") {
      let words = part.split(separator: " ").map(String.init)
      guard let name = words.first, words.count <= 2, words.count == 1 || ["asc", "desc"].contains(words[1]) else {
        throw .badRequest("$orderby: '\(part.trimmingSpaces())' is not a property with asc or desc")
      }
      terms.append(Term(property: try PropertyPath(name, in: version), isDescending: words.last == "desc"))
    }
    guard terms.count <= Self.termsMax else { throw .badRequest("$orderby: more than \(Self.termsMax) properties") }
    let key = version.set.key
    if terms.count >= key.count, terms.suffix(key.count).map(\.property.text) == key,
      terms.suffix(key.count).allSatisfy({ !$0.isDescending })
    {
      terms.removeLast(key.count)
    }
    self.terms = terms
  }

  private init(_ terms: [Term]) { self.terms = terms }

  /// By key alone.
  static let byKey = Ordering([])

  /// By the vendor's stamp, then the key.
  static func byStamp(in version: SetVersion) -> Ordering {
    Ordering([Term(property: PropertyPath(stampOf: version), isDescending: false)])
  }

  /// By key alone: the order in which records are kept.
  var isByKey: Bool { terms.isEmpty }

  /// By stamp, then key: the order that is prepared with each version.
  var isByStamp: Bool { terms.count == 1 && terms[0].property.isStamp && !terms[0].isDescending }
}

extension RecordReader {
  /// A record's position in an order: bytes that sort as the records do, the same in every version that has the same
  /// values for it. This is what a link to the next page remembers.
  mutating func position(of place: Int, in ordering: Ordering) -> [UInt8] {
    var bytes: [UInt8] = []
    for term in ordering.terms {
      let start = bytes.count
      if term.property.isStamp {
        SortBytes.appendInstant(version.stamps[place].instant, to: &bytes)
      } else {
        let node = value(term.property, at: place)
        SortBytes.append(node, of: parser, to: &bytes)
      }
      if term.isDescending { SortBytes.complement(from: start, in: &bytes) }
    }
    bytes += version.table.key(place)
    return bytes
  }
}
